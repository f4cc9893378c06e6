"""Median time of a training step of chapter 13's digit network in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing


def mnist_mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10),
    )


def main():
    torch.manual_seed(1)
    model, loss_function = mnist_mlp(), nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    images, labels = torch.rand(10 * 64, 1, 28, 28), torch.randint(0, 10, (10 * 64,))
    timing.report(
        "ch13 MNIST MLP, batch 64, cpu", lambda x, y: loss_function(model(x), y), optimiser,
        images, labels, batch=64,
    )


main()
