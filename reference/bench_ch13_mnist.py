"""Median time of a training step of chapter 13's digit network in PyTorch, for `cargo book bench --pytorch`."""

import argparse
import json
import statistics
import time

import torch
from torch import nn


def mnist_mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10),
    )


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=400)
    steps = arguments.parse_args().steps
    torch.manual_seed(1)
    model, loss_function = mnist_mlp(), nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    images, labels = torch.rand(10 * 64, 1, 28, 28), torch.randint(0, 10, (10 * 64,))
    times = []
    for step in range(5 + steps):
        start = step % 10 * 64
        begun = time.perf_counter()
        loss = loss_function(model(images[start:start + 64]), labels[start:start + 64])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        times.append(time.perf_counter() - begun)
    print(json.dumps({"ch13 MNIST MLP, batch 64, cpu": 1e3 * statistics.median(times[5:])}))


main()
