"""Median time of a training step of chapter 14's digit network in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing


def digit_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10),
    )


def main():
    torch.manual_seed(1)
    model, loss_function = digit_cnn(), nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    images, labels = torch.rand(10 * 64, 1, 28, 28), torch.randint(0, 10, (10 * 64,))
    timing.report(
        "ch14 digit CNN, batch 64, cpu", lambda x, y: loss_function(model(x), y), optimiser,
        images, labels, batch=64, default_steps=40,
    )


main()
