"""Median time of a training step of chapter 14's smile network in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing


def smile_cnn():
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.5),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.5),
        nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(), nn.AvgPool2d(8), nn.Flatten(), nn.Linear(256, 1),
    )


def main():
    torch.manual_seed(1)
    model, loss_function = smile_cnn(), nn.BCEWithLogitsLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    images, labels = torch.rand(4 * 32, 3, 64, 64), torch.randint(0, 2, (4 * 32, 1)).float()
    timing.report(
        "ch14 smile CNN, batch 32, cpu", lambda x, y: loss_function(model(x), y), optimiser,
        images, labels, batch=32, default_steps=40,
    )


main()
