"""Chapter 17's convolutional networks in PyTorch, for the bench programs."""

import torch
from torch import nn

Z_SIZE = 100
FILTERS = 32


def generator(norm):
    def up(inputs, outputs, *sizes):
        return [nn.ConvTranspose2d(inputs, outputs, *sizes, bias=False), norm(outputs), nn.LeakyReLU(0.2)]

    return nn.Sequential(
        *up(Z_SIZE, 4 * FILTERS, 4, 1, 0), *up(4 * FILTERS, 2 * FILTERS, 3, 2, 1), *up(2 * FILTERS, FILTERS, 4, 2, 1),
        nn.ConvTranspose2d(FILTERS, 1, 4, 2, 1, bias=False), nn.Tanh(),
    )


def judge(norm):
    def down(inputs, outputs, kernel):
        return [nn.Conv2d(inputs, outputs, kernel, 2, 1, bias=False), norm(outputs), nn.LeakyReLU(0.2)]

    return nn.Sequential(
        nn.Conv2d(1, FILTERS, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
        *down(FILTERS, 2 * FILTERS, 4), *down(2 * FILTERS, 4 * FILTERS, 3),
        nn.Conv2d(4 * FILTERS, 1, 4, 1, 0, bias=False), nn.Sigmoid(), nn.Flatten(0),
    )


def noise(batch):
    return torch.rand(batch, Z_SIZE, 1, 1) * 2 - 1
