"""Median time of a training step of chapter 13's XOR network in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing


def two_hidden():
    return nn.Sequential(
        nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid(),
    )


def main():
    torch.manual_seed(1)
    model, loss_function = two_hidden(), nn.BCELoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.015)
    points, classes = torch.rand(100, 2), torch.arange(100.0) % 2
    timing.report(
        "ch13 XOR network, batch 2, cpu", lambda x, y: loss_function(model(x)[:, 0], y), optimiser,
        points, classes, batch=2,
    )


main()
