"""Median time of a training step of chapter 13's Auto MPG network in PyTorch, for `cargo book bench --pytorch`."""

import argparse
import json
import statistics
import time

import torch
from torch import nn


def mpg_net():
    return nn.Sequential(nn.Linear(9, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=400)
    steps = arguments.parse_args().steps
    torch.manual_seed(1)
    model, loss_function = mpg_net(), nn.MSELoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.001)
    cars, mpg = torch.rand(320, 9), torch.rand(320)
    times = []
    for step in range(5 + steps):
        start = step % 40 * 8
        begun = time.perf_counter()
        loss = loss_function(model(cars[start:start + 8])[:, 0], mpg[start:start + 8])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        times.append(time.perf_counter() - begun)
    print(json.dumps({"ch13 Auto MPG network, batch 8, cpu": 1e3 * statistics.median(times[5:])}))


main()
