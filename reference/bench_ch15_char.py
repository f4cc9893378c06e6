"""Median time of a training step of chapter 15's character model in PyTorch, for `cargo book bench --pytorch`."""

import torch
from torch import nn

import timing

CHARACTERS, STEPS, BATCH = 80, 40, 64


class CharacterModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CHARACTERS, 256)
        self.rnn = nn.LSTM(256, 512, batch_first=True)
        self.fc = nn.Linear(512, CHARACTERS)

    def forward(self, characters):
        output, _ = self.rnn(self.embedding(characters))
        return self.fc(output)


def main():
    torch.manual_seed(1)
    model, loss_function = CharacterModel(), nn.CrossEntropyLoss(reduction="sum")
    optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
    text = torch.randint(0, CHARACTERS, (10 * BATCH, STEPS + 1))

    def loss_of(x, y):
        # The book sums the losses of the steps, each the mean over the batch.
        return loss_function(model(x).flatten(0, 1), y.flatten()) / BATCH

    timing.report(
        "ch15 character LSTM, batch 64, cpu", loss_of, optimiser,
        text[:, :-1], text[:, 1:], batch=BATCH, default_steps=20,
    )


main()
