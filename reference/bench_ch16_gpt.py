"""Median time of a training step of a small GPT in PyTorch (transformers' GPT-2), for `cargo book bench --pytorch`."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

import timing

CHARACTERS, CONTEXT, BATCH = 65, 64, 12


def main():
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=CHARACTERS, n_positions=CONTEXT, n_embd=128, n_layer=4, n_head=4, activation_function="gelu",
        embd_pdrop=0.0, resid_pdrop=0.0, attn_pdrop=0.0, bos_token_id=0, eos_token_id=0,
    )
    model, loss_function = GPT2LMHeadModel(config).train(), torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    text = torch.randint(0, CHARACTERS, (10 * BATCH, CONTEXT + 1))

    def loss_of(x, y):
        return loss_function(model(x, use_cache=False).logits.flatten(0, 1), y.flatten())

    timing.report(
        "ch16 small GPT, batch 12 of 64, cpu", loss_of, optimiser, text[:, :-1], text[:, 1:], batch=BATCH, default_steps=40,
    )


main()
