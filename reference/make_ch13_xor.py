"""What PyTorch gets for sections 13.1.3 to 13.1.14: the numbers that ch13-mechanics' tests compare with.

    python make_ch13_xor.py fixtures/xor_losses.json

Writes, for each of the four XOR networks, the training losses of the first ten epochs and what the last epoch reached (loss and
accuracy of training and validation); and prints what it draws in 13.1.3 to 13.1.8 and 13.1.13.
"""

import argparse
import json

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy

EPOCHS, BATCH, KEPT = 200, 2, 10


class Noisy(nn.Module):
    """A dense layer with noise on its input."""

    def __init__(self, inputs, outputs, deviation):
        super().__init__()
        self.w = nn.Parameter(nn.init.xavier_uniform_(torch.empty(inputs, outputs)))
        self.b = nn.Parameter(torch.zeros(outputs))
        self.deviation = deviation

    def forward(self, x):
        if self.training:
            x = x + torch.normal(0.0, self.deviation, size=x.shape)
        return x @ self.w + self.b


def points():
    coordinates = np.random.RandomState(1).uniform(-1, 1, size=(200, 2))
    same_sign = coordinates.prod(axis=1) >= 0
    x = torch.tensor(coordinates, dtype=torch.float32)
    y = torch.tensor(same_sign, dtype=torch.float32)
    return x[:100], y[:100], x[100:], y[100:]


def hit_rate(probabilities, y):
    return ((probabilities >= 0.5).float() == y).float().mean().item()


def train(model, lr):
    x, y, x_valid, y_valid = points()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), BATCH, shuffle=True)
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(EPOCHS):
        model.train()
        loss_sum = hits = 0.0
        for inputs, targets in loader:
            probabilities = model(inputs)[:, 0]
            loss = binary_cross_entropy(probabilities, targets)
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            loss_sum += loss.item() * len(targets)
            hits += hit_rate(probabilities, targets) * len(targets)
        losses.append(loss_sum / len(x))
    model.eval()
    with torch.no_grad():
        probabilities = model(x_valid)[:, 0]
        last = {
            "loss": losses[-1],
            "valid loss": binary_cross_entropy(probabilities, y_valid).item(),
            "accuracy": hits / len(x),
            "valid accuracy": hit_rate(probabilities, y_valid),
        }
    return {"losses": losses[:KEPT], "last": last}


def two_hidden(first):
    return nn.Sequential(first, nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())


def xor():
    """The order of the book: one stream of random numbers, begun anew before the first training and around the noisy model."""
    torch.manual_seed(1)
    logistic = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
    torch.manual_seed(1)
    results = {"logistic": train(logistic, 0.001)}
    results["two-hidden"] = train(two_hidden(nn.Linear(2, 4)), 0.015)
    results["list"] = train(two_hidden(nn.Linear(2, 4)), 0.015)
    torch.manual_seed(1)
    noisy = two_hidden(Noisy(2, 4, 0.07))
    torch.manual_seed(1)
    results["noisy"] = train(noisy, 0.015)
    return results


def graphs():
    torch.manual_seed(1)
    for shape in [(2, 3), (2, 3), (1, 2)]:
        print(nn.init.xavier_normal_(torch.empty(shape)))
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 32), nn.ReLU())
    nn.init.xavier_uniform_(model[0].weight)
    penalty = lambda: 0.01 * model[2].weight.abs().sum()
    print("layer 0, unit 0", model[0].weight[0].tolist())
    print("penalty", penalty().item())
    optimiser = torch.optim.SGD(model.parameters(), lr=0.001)
    penalty().backward()
    optimiser.step()
    print("after a step", penalty().item())
    print("BCE", binary_cross_entropy(torch.tensor([0.8, 0.3]), torch.tensor([1.0, 0.0])).item())
    torch.manual_seed(1)
    layer = Noisy(4, 2, 0.1)
    print("noisy", layer(torch.zeros(1, 4)).tolist(), layer(torch.zeros(1, 4)).tolist())


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("path")
    path = arguments.parse_args().path
    graphs()
    with open(path, "w") as file:
        json.dump(xor(), file, indent=1)
        file.write("\n")
