"""Median time of a training step of chapter 13's Auto MPG network in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing


def mpg_net():
    return nn.Sequential(nn.Linear(9, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1))


def main():
    torch.manual_seed(1)
    model, loss_function = mpg_net(), nn.MSELoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.001)
    cars, mpg = torch.rand(320, 9), torch.rand(320)
    timing.report(
        "ch13 Auto MPG network, batch 8, cpu", lambda x, y: loss_function(model(x)[:, 0], y), optimiser,
        cars, mpg, batch=8,
    )


main()
