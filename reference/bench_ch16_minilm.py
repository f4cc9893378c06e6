"""Times chapter 16's encoders in transformers, for `cargo book bench --pytorch`: a batch of sentences through MiniLM, and a training step
of DistilBERT without drop-out. Weights are drawn: they do not change the time."""

import argparse
import json
import statistics
import time

import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertForSequenceClassification

WARM_UP = 2


def median_ms(steps, work):
    times = []
    for _ in range(WARM_UP + steps):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1e3 * statistics.median(times[WARM_UP:])


def sentences(steps):
    config = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
    model = BertModel(config, add_pooling_layer=False).eval()
    tokens = torch.randint(1, config.vocab_size, (32, 64))
    mask = torch.ones_like(tokens)

    def encode():
        with torch.no_grad():
            hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state
            words = mask.unsqueeze(-1).float()
            torch.nn.functional.normalize((hidden * words).sum(1) / words.sum(1), dim=1)

    return median_ms(steps, encode)


def distilbert(steps):
    config = DistilBertConfig(dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0)
    model = DistilBertForSequenceClassification(config)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-5)
    tokens = torch.randint(1, config.vocab_size, (2, 128))
    mask, labels = torch.ones_like(tokens), torch.tensor([0, 1])

    def learn():
        optimiser.zero_grad()
        model(input_ids=tokens, attention_mask=mask, labels=labels).loss.backward()
        optimiser.step()

    return median_ms(steps, learn)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=10)
    steps = arguments.parse_args().steps
    torch.manual_seed(1)
    print(json.dumps({
        "ch16 MiniLM, 32 sentences of 64 tokens, cpu": sentences(steps),
        "ch16 DistilBERT step, 2 x 128 tokens, cpu": distilbert(steps),
    }))


main()
