"""Median time of a training step of chapter 18's molecule network in plain PyTorch, for `cargo book bench --pytorch`.

The network gathers, multiplies each message by the matrix of its edge and adds up with index_add, as PyTorch Geometric's NNConv does.
Batches of 32 are made beforehand; the time to make them does not count here.
"""

import gzip
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

import timing

FOLDER = Path(__file__).parent.parent / "data" / "qm9-mini"
ELEMENTS = {"H": (0, 1), "C": (1, 6), "N": (2, 7), "O": (3, 8), "F": (4, 9)}
BATCH = 32


class EdgeConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.shape = inputs, outputs
        self.nn = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, inputs * outputs))
        self.lin = nn.Linear(inputs, outputs, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x, edge_index, edge_attr):
        source, target = edge_index
        matrices = self.nn(edge_attr).view(-1, *self.shape)
        messages = torch.bmm(x[source].unsqueeze(1), matrices).squeeze(1)
        received = torch.zeros(len(x), self.shape[1]).index_add(0, target, messages)
        return received + self.lin(x) + self.bias


class MoleculeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = EdgeConv(11, 32), EdgeConv(32, 16)
        self.fc_1, self.out = nn.Linear(16, 32), nn.Linear(32, 1)

    def forward(self, batch):
        h = F.relu(self.conv1(batch["x"], batch["edge_index"], batch["edge_attr"]))
        h = F.relu(self.conv2(h, batch["edge_index"], batch["edge_attr"]))
        pooled = torch.zeros(batch["graphs"], 16).index_add(0, batch["batch"], h)
        return self.out(F.relu(self.fc_1(pooled)))


def graphs():
    """Atoms and bonds of the bundled molecules; the columns that need perception stay zero, which changes no time."""
    text = gzip.decompress((FOLDER / "gdb9.sdf.gz").read_bytes()).decode()
    for block in text.split("$$$$\n")[:-1]:
        lines = block.split("\n")
        atoms, bonds = int(lines[3][:3]), int(lines[3][3:6])
        x = torch.zeros(atoms, 11)
        for row, line in enumerate(lines[4:4 + atoms]):
            column, number = ELEMENTS[line[31:34].strip()]
            x[row, column], x[row, 5] = 1, number
        ends = [(int(line[:3]) - 1, int(line[3:6]) - 1, int(line[6:9]) - 1) for line in lines[4 + atoms:4 + atoms + bonds]]
        both = sorted(ends + [(b, a, kind) for a, b, kind in ends])
        index = torch.tensor([[a for a, _, _ in both], [b for _, b, _ in both]], dtype=torch.long).reshape(2, -1)
        yield x, index, F.one_hot(torch.tensor([kind for _, _, kind in both], dtype=torch.long), 4).float()


def collate(part):
    offsets = [0]
    for x, _, _ in part:
        offsets.append(offsets[-1] + len(x))
    return {
        "x": torch.cat([x for x, _, _ in part]),
        "edge_index": torch.cat([index + offset for (_, index, _), offset in zip(part, offsets)], 1),
        "edge_attr": torch.cat([attr for _, _, attr in part]),
        "batch": torch.cat([torch.full((len(x),), k) for k, (x, _, _) in enumerate(part)]),
        "graphs": len(part),
    }


def main():
    torch.manual_seed(1)
    molecules = list(graphs())
    batches = [collate(molecules[start:start + BATCH]) for start in range(0, len(molecules) - BATCH + 1, BATCH)]
    model = MoleculeNet()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    targets = [60 + 10 * torch.randn(BATCH, 1) for _ in batches]
    timing.report(
        "ch18 molecule network, batch 32, cpu", lambda part, y: F.mse_loss(model(part[0]), y[0]), optimiser,
        batches, targets, batch=1,
    )


main()
