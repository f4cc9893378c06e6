"""Median time of a training step of chapter 13's XOR network in PyTorch, for `cargo book bench --pytorch`."""

import argparse
import json
import statistics
import time

import torch
from torch import nn


def two_hidden():
    return nn.Sequential(
        nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid(),
    )


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=400)
    steps = arguments.parse_args().steps
    torch.manual_seed(1)
    model, loss_function = two_hidden(), nn.BCELoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.015)
    points, classes = torch.rand(100, 2), torch.arange(100.0) % 2
    times = []
    for step in range(5 + steps):
        start = step % 50 * 2
        begun = time.perf_counter()
        loss = loss_function(model(points[start:start + 2])[:, 0], classes[start:start + 2])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        times.append(time.perf_counter() - begun)
    print(json.dumps({"ch13 XOR network, batch 2, cpu": 1e3 * statistics.median(times[5:])}))


main()
