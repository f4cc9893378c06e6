"""Median time of a critic step with gradient penalty (chapter 17) in PyTorch, by its double backward, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing
from ch17_networks import generator, judge, noise

BATCH = 64


def penalty(critic, real, fake):
    share = torch.rand(BATCH, 1, 1, 1)
    points = (share * real + (1 - share) * fake.detach()).requires_grad_(True)
    judgement = critic(points)
    (gradient,) = torch.autograd.grad(judgement, points, torch.ones_like(judgement), create_graph=True)
    return 10 * ((gradient.flatten(1).norm(2, dim=1) - 1) ** 2).mean()


def main():
    torch.manual_seed(1)
    gen, critic = generator(nn.InstanceNorm2d), judge(nn.InstanceNorm2d)
    optimiser = torch.optim.Adam(critic.parameters(), lr=0.0002)
    real = torch.rand(4 * BATCH, 1, 28, 28) * 2 - 1

    def step(number):
        critic.zero_grad()
        batch = real[number % 4 * BATCH:][:BATCH]
        with torch.no_grad():
            fake = gen(noise(BATCH))
        loss = critic(fake).mean() - critic(batch).mean() + penalty(critic, batch, fake)
        loss.backward()
        optimiser.step()

    timing.report_step("ch17 WGAN-GP critic step, batch 64, cpu", step, default_steps=40)


main()
