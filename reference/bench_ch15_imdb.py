"""Median time of a training step of chapter 15's review classifier in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing

WORDS, STEPS, BATCH = 69025, 250, 32


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 20, padding_idx=0)
        self.rnn = nn.LSTM(20, 64, batch_first=True)
        self.fc1, self.fc2 = nn.Linear(64, 64), nn.Linear(64, 1)

    def forward(self, tokens):
        _, (hidden, _) = self.rnn(self.embedding(tokens))
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(hidden[-1]))))


def main():
    torch.manual_seed(1)
    model, loss_function = Sentiment(), nn.BCELoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    tokens = torch.randint(1, WORDS, (10 * BATCH, STEPS))
    labels = torch.randint(0, 2, (10 * BATCH, 1)).float()
    timing.report(
        "ch15 IMDb LSTM, batch 32, cpu", lambda x, y: loss_function(model(x), y), optimiser,
        tokens, labels, batch=BATCH, default_steps=100,
    )


main()
