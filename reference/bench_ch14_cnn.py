"""Median time of a training step of chapter 14's digit network in PyTorch, for `cargo book bench --pytorch`."""

import argparse
import json
import statistics
import time

import torch
from torch import nn


def digit_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10),
    )


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=40)
    steps = arguments.parse_args().steps
    torch.manual_seed(1)
    model, loss_function = digit_cnn(), nn.CrossEntropyLoss()
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
    print(json.dumps({"ch14 digit CNN, batch 64, cpu": 1e3 * statistics.median(times[5:])}))


main()
