"""The Iris network of section 12.2.5, trained and saved by PyTorch: the state dict that ch12-tensors' test reads.

    python make_ch12_state.py iris_state.pt

Prints the test accuracy and the loss (cross-entropy of the softmax's output, as in the book) that the reader must find again.
"""

import sys

import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset


class IrisNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Linear(4, 16)
        self.layer2 = torch.nn.Linear(16, 3)

    def forward(self, flowers):
        hidden = torch.sigmoid(self.layer1(flowers))
        return torch.softmax(self.layer2(hidden), dim=1)


def main(path):
    flowers = load_iris()
    train_x, test_x, train_y, test_y = train_test_split(
        flowers.data, flowers.target, test_size=1.0 / 3, random_state=1
    )
    mean, deviation = train_x.mean(), train_x.std()
    scaled = lambda x: torch.tensor((x - mean) / deviation, dtype=torch.float32)
    torch.manual_seed(1)
    train = TensorDataset(scaled(train_x), torch.tensor(train_y))
    loader = DataLoader(train, batch_size=2, shuffle=True)
    model = IrisNet()
    loss_function = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    for _ in range(100):
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss_function(model(inputs), labels).backward()
            optimizer.step()
    with torch.no_grad():
        scores = model(scaled(test_x))
        labels = torch.tensor(test_y)
        hits = (scores.argmax(1) == labels).float().mean().item()
        print(f"test accuracy {hits:.4f}, test loss {loss_function(scores, labels).item():.4f}")
    torch.save(model.state_dict(), path)


if __name__ == "__main__":
    main(sys.argv[1])
