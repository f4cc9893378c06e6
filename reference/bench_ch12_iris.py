"""Median time of a training step of chapter 12's Iris network in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing


class IrisNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(4, 16)
        self.layer2 = nn.Linear(16, 3)

    def forward(self, lengths):
        hidden = torch.sigmoid(self.layer1(lengths))
        return torch.softmax(self.layer2(hidden), dim=1)


def main():
    torch.manual_seed(1)
    model, loss_function = IrisNet(), nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    lengths, classes = torch.randn(100, 4), torch.arange(100) % 3
    timing.report(
        "ch12 Iris network, batch 2, cpu", lambda x, y: loss_function(model(x), y), optimiser,
        lengths, classes, batch=2,
    )


main()
