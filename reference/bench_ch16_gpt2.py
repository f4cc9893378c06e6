"""Time in which GPT-2 small (drawn weights) writes 64 tokens in PyTorch, for `cargo book bench --pytorch`."""

import argparse
import json
import statistics
import time

import torch
from transformers import GPT2Config, GPT2LMHeadModel

WRITTEN = 64


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=40)
    steps = max(1, -(-arguments.parse_args().steps // 8))
    torch.manual_seed(1)
    model = GPT2LMHeadModel(GPT2Config()).eval()
    prompt = torch.arange(8).unsqueeze(0) * 1000

    def write():
        model.generate(
            prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=WRITTEN, min_new_tokens=WRITTEN, do_sample=False,
            use_cache=True, pad_token_id=50256,
        )

    times = []
    for step in range(2 + steps):
        begun = time.perf_counter()
        write()
        times.append(time.perf_counter() - begun)
    print(json.dumps({"ch16 GPT-2 small, 64 tokens, cpu": 1e3 * statistics.median(times[2:])}))


with torch.no_grad():
    main()
