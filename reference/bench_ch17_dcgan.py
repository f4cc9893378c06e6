"""Median time of the DCGAN's steps of chapter 17 in PyTorch, for `cargo book bench --pytorch`: the generator's, written as the book has it."""

import torch
from torch import nn

import timing
from ch17_networks import generator, judge, noise

BATCH = 32


def main():
    torch.manual_seed(1)
    gen, disc, loss_function = generator(nn.BatchNorm2d), judge(nn.BatchNorm2d), nn.BCELoss()
    optimiser = torch.optim.Adam(gen.parameters(), lr=0.0003)

    def step(_):
        gen.zero_grad()
        loss_function(disc(gen(noise(BATCH))), torch.ones(BATCH)).backward()
        optimiser.step()

    timing.report_step("ch17 DCGAN generator step, batch 32, cpu", step, default_steps=100)


main()
