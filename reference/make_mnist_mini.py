"""Makes data/mnist-mini: a class-balanced random subset of MNIST that fits in 2,000,000 bytes.

    python reference/make_mnist_mini.py PATH/TO/mnist data/mnist-mini

The first folder holds the four official files (gzip). Training digits come from the training files and test
digits from the test files only: the files are walked in the order of NumPy's RandomState(SEED).permutation,
and a digit is kept until its class has its share. The kept digits stay in that order, so that any first
part of the subset is random too.

The images and labels depend on SEED and the two counts alone. The gzip bytes also depend on the zlib that
Python was built with; the SHA-256 of the unpacked files, printed at the end, does not. Needs NumPy.
"""

import gzip
import hashlib
import sys
from pathlib import Path

import numpy as np

SEED = 1
TRAIN_PER_CLASS = 1000
TEST_PER_CLASS = 200
BUDGET = 2_000_000


def read_split(folder, prefix):
    """The images [n, 28, 28] and labels [n] of one official split."""
    images = gzip.decompress((folder / f"{prefix}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())
    return (
        np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28),
        np.frombuffer(labels, np.uint8, offset=8),
    )


def balanced_choice(labels, per_class, rng):
    """Positions of `per_class` digits of every class, in random order."""
    kept = dict.fromkeys(range(10), 0)
    positions = []
    for position in rng.permutation(len(labels)):
        digit = int(labels[position])
        if kept[digit] < per_class:
            kept[digit] += 1
            positions.append(position)
    assert all(count == per_class for count in kept.values()), kept
    return np.array(positions)


def idx(array):
    """The array as an IDX file of unsigned bytes."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.tobytes()


def write(path, content):
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    packed = path.read_bytes()
    print(f"{path.name}: {len(packed):,} bytes, sha256 {hashlib.sha256(packed).hexdigest()}")
    print(f"  unpacked: {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    return len(packed)


def main(source, target):
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.RandomState(SEED)
    total = 0
    for prefix, per_class in (("train", TRAIN_PER_CLASS), ("t10k", TEST_PER_CLASS)):
        images, labels = read_split(source, prefix)
        positions = balanced_choice(labels, per_class, rng)
        total += write(target / f"{prefix}-images-idx3-ubyte.gz", idx(images[positions]))
        total += write(target / f"{prefix}-labels-idx1-ubyte.gz", idx(labels[positions]))
    print(f"in all: {total:,} bytes of {BUDGET:,}")
    assert total <= BUDGET


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
