"""Median time of a training step of chapter 12's Iris network in PyTorch, for `cargo book bench --pytorch`."""

import argparse
import json
import statistics
import time

import torch
from torch import nn


class IrisNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(4, 16)
        self.layer2 = nn.Linear(16, 3)

    def forward(self, lengths):
        hidden = torch.sigmoid(self.layer1(lengths))
        return torch.softmax(self.layer2(hidden), dim=1)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=400)
    steps = arguments.parse_args().steps
    torch.manual_seed(1)
    model, loss_function = IrisNet(), nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    lengths, classes = torch.randn(100, 4), torch.arange(100) % 3
    times = []
    for step in range(5 + steps):
        start = step % 50 * 2
        begun = time.perf_counter()
        loss = loss_function(model(lengths[start:start + 2]), classes[start:start + 2])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        times.append(time.perf_counter() - begun)
    print(json.dumps({"ch12 Iris network, batch 2, cpu": 1e3 * statistics.median(times[5:])}))


main()
