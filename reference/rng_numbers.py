"""Makes tests/data/rng/*.json: what PyTorch, NumPy and scikit-learn draw, for the tests of `mlbook::rng`.

Run from the repository with a Python that has torch, numpy and scikit-learn:
    python reference/rng_numbers.py [--mkl libmkl_rt.so.2] [--auto-mpg auto-mpg.data]
Without --mkl or --auto-mpg the numbers that need them are left as they are.

A case is a seed, steps, and the draw that follows them, which shows that they left the generator where they
should. Of each result the file has the length, the first values, and the start of the SHA-256 of all of them
as little-endian bytes.
"""

import argparse
import ctypes
import hashlib
import json
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset, random_split

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "rng"
HEAD = 8
SEEDS = [0, 1, 42, 2**32 + 7]
SIZES = [0, 1, 2, 15, 16, 17, 31, 32, 100, 1000]
WEIGHTS = [0.1, 0.25, 0.05, 0.2, 0.4]
SKEWED = [3.0, 0.0, 1.0, 0.5, 1e-3, 7.0, 2.0]


def result(values, digits=16):
    values = np.asarray(values)
    if values.dtype.kind in "iu":
        values = values.astype("<i8")
    values = values.ravel()
    head = [v.item() for v in values[:HEAD].astype("f8" if values.dtype.kind == "f" else values.dtype)]
    return {"len": values.size, "head": head, "sha256": hashlib.sha256(values.tobytes()).hexdigest()[:digits]}


def dataset(n):
    return TensorDataset(torch.arange(n))


def order(loader):
    return torch.cat([batch[0] for batch in loader]) if len(loader) else torch.empty(0, dtype=torch.int64)


def own_generator_order(n):
    default = torch.default_generator
    return order(DataLoader(dataset(n), batch_size=3, shuffle=True, generator=default))


def split_parts(n, lengths):
    return [list(part.indices) for part in random_split(range(n), lengths)]


def filled(fill, shape, *args, **options):
    return fill(torch.empty(*shape), *args, **options)


def kaiming(fill, shape, fan, function, slope):
    return filled(fill, shape, a=slope, mode=fan, nonlinearity=function)


def ramp(n):
    return torch.tensor([i / max(n - 1, 1) for i in range(n)], dtype=torch.float32)


init = torch.nn.init
TORCH = {
    "rand": lambda n: torch.rand(n),
    "rand_f64": lambda n: torch.rand(n, dtype=torch.float64),
    "uniform": lambda n, low, high: torch.empty(n).uniform_(low, high),
    "randn": lambda n: torch.randn(n),
    "normal": lambda n, mean, std: torch.empty(n).normal_(mean, std),
    "randperm": lambda n: torch.randperm(n),
    "randint": lambda n, low, high: torch.randint(low, high, (n,)),
    "random_i64": lambda: torch.empty((), dtype=torch.int64).random_(),
    "bernoulli": lambda n, p: torch.empty(n).bernoulli_(p).bool(),
    "dropout": lambda n, p: torch.nn.functional.dropout(torch.ones(n), 1 - p) > 0,
    "bernoulli_ramp": lambda n: torch.bernoulli(ramp(n)).bool(),
    "exponential": lambda n, rate: torch.empty(n).exponential_(rate),
    "multinomial": lambda weights, n, again: torch.multinomial(torch.tensor(weights), n, again),
    "categorical": lambda weights, n: torch.distributions.Categorical(torch.tensor(weights)).sample((n,)),
    "loader_order": lambda n: order(DataLoader(dataset(n), batch_size=3, shuffle=True)),
    "loader_sequential": lambda n: order(DataLoader(dataset(n), batch_size=4)),
    "loader_order_own_generator": own_generator_order,
    "random_split": lambda n, lengths: [i for part in split_parts(n, lengths) for i in part + [-1]],
    "random_split_fractions": lambda n, parts: [i for part in split_parts(n, parts) for i in part + [-1]],
    "xavier_uniform": lambda shape, gain: filled(init.xavier_uniform_, shape, gain),
    "xavier_normal": lambda shape, gain: filled(init.xavier_normal_, shape, gain),
    "kaiming_uniform": lambda shape, *how: kaiming(init.kaiming_uniform_, shape, *how),
    "kaiming_normal": lambda shape, *how: kaiming(init.kaiming_normal_, shape, *how),
    "linear": lambda inputs, outputs: parameters(torch.nn.Linear(inputs, outputs)),
    "conv2d": lambda *sizes: parameters(torch.nn.Conv2d(*sizes)),
    "conv_transpose2d": lambda *sizes: parameters(torch.nn.ConvTranspose2d(*sizes)),
    "lstm": lambda inputs, hidden: parameters(torch.nn.LSTM(inputs, hidden)),
}
NUMPY = {
    "rand": lambda rng, n: rng.rand(n),
    "uniform": lambda rng, n, low, high: rng.uniform(low, high, n),
    "randn": lambda rng, n: rng.randn(n),
    "normal": lambda rng, n, loc, scale: rng.normal(loc, scale, n),
    "randint": lambda rng, n, low, high: rng.randint(low, high, n, dtype=np.int64),
    "permutation": lambda rng, n: rng.permutation(n),
    "choice": lambda rng, n, size, again, p: rng.choice(n, size, again, p),
}


def parameters(layer):
    return torch.cat([p.detach().ravel() for p in layer.parameters()])


def torch_case(seed, *steps):
    torch.manual_seed(seed)
    done = [{"call": call, "args": list(args), **result(TORCH[call](*args))} for call, *args in steps]
    return {"seed": seed, "steps": done, "next": TORCH["random_i64"]().item()}


def numpy_case(seed, *steps):
    rng = np.random.RandomState(seed)
    done = [{"call": call, "args": list(args), **result(NUMPY[call](rng, *args))} for call, *args in steps]
    return {"seed": seed, "steps": done, "next": int(rng.randint(0, 2**62, dtype=np.int64))}


def draws():
    for seed in SEEDS:
        for n in SIZES:
            yield torch_case(seed, ["rand", n])
            yield torch_case(seed, ["rand_f64", n])
            yield torch_case(seed, ["randn", n])
            yield torch_case(seed, ["normal", n, 0.5, 2.25])
            yield torch_case(seed, ["uniform", n, -0.3, 0.7])
            yield torch_case(seed, ["randperm", n])
            yield torch_case(seed, ["randint", n, -5, 10])
            yield torch_case(seed, ["bernoulli", n, 0.3])
            yield torch_case(seed, ["bernoulli_ramp", n])
            yield torch_case(seed, ["exponential", n, 0.5])
        for low, high in [(-1, 1), (2, 5), (-0.0178, 0.0178), (1, 1), (0, 1e-30)]:
            yield torch_case(seed, ["uniform", 200, low, high])
        for low, high in [(0, 1), (0, 2**28 - 1), (0, 2**28), (-(2**40), 2**41), (-(2**63), 2**63 - 1)]:
            yield torch_case(seed, ["randint", 20, low, high])
        for p in [0, 0.25, 0.5, 0.9, 1]:
            yield torch_case(seed, ["bernoulli", 300, p])
        yield torch_case(seed, ["dropout", 300, 0.5])
        for weights in [WEIGHTS, SKEWED]:
            for n in [1, 4]:
                yield torch_case(seed, ["multinomial", weights, n, True], ["multinomial", weights, n, False])
        yield torch_case(seed, ["categorical", WEIGHTS, 1], ["categorical", WEIGHTS, 50])
        normals = [["randn", 3], ["rand", 2], ["randn", 20], ["randn", 2]]
        yield torch_case(seed, *normals, ["randint", 3, 0, 6], ["normal", 1, 10, 0.1])
        yield torch_case(seed, ["randn", 15], ["random_i64"], ["randn", 1], ["randperm", 5], ["randn", 33])
    yield torch_case(1, ["rand", 3_200_000])
    yield torch_case(1, ["randn", 1_000_003])
    yield torch_case(1, ["uniform", 1_000_000, -0.0178, 0.0178])
    yield torch_case(1, ["bernoulli", 65_536, 0.5])
    yield torch_case(1, ["randperm", 60_000])


def initial_weights():
    for seed in [1, 42]:
        for shape in [[2, 3], [1, 16], [64, 32, 5, 5], [10, 1024], [3, 4, 2]]:
            for gain in [1.0, 2.5]:
                yield torch_case(seed, ["xavier_uniform", shape, gain], ["xavier_normal", shape, gain])
            for fan in ["fan_in", "fan_out"]:
                for function in [["relu", 0], ["tanh", 0], ["linear", 0], ["selu", 0], ["leaky_relu", 0.2]]:
                    how = [shape, fan, *function]
                    yield torch_case(seed, ["kaiming_uniform", *how], ["kaiming_normal", *how])
        yield torch_case(seed, ["linear", 4, 16], ["linear", 1, 1], ["linear", 784, 32])
        yield torch_case(seed, ["conv2d", 3, 32, 3], ["conv_transpose2d", 100, 64, 4], ["lstm", 20, 64])


def digit_cnn():
    """The parameters that chapter 14's network starts from: layers made in the order of the book."""
    torch.manual_seed(1)
    nn = torch.nn
    layers = [nn.Conv2d(1, 32, 5), nn.Conv2d(32, 64, 5), nn.Linear(3136, 1024), nn.Linear(1024, 10)]
    for layer in layers:
        for name, values in layer.named_parameters():
            values = values.detach()
            shape, total = list(values.shape), values.double().sum().item()
            yield {"name": name, "shape": shape, "sum": total, **result(values, digits=64)}


def orders():
    for seed in SEEDS:
        for n in [1, 4, 17, 1000]:
            epochs = [["loader_order", n], ["loader_sequential", n], ["loader_order", n]]
            yield torch_case(seed, *epochs)
            yield torch_case(seed, ["rand", 3], ["loader_order", n], ["randn", 3], ["loader_order", n])
            yield torch_case(seed, ["loader_order_own_generator", n], ["loader_order_own_generator", n])
        for n, lengths in [(10, [3, 7]), (20, [20]), (9, [2, 0, 7])]:
            yield torch_case(seed, ["random_split", n, lengths])
        for fractions in [[0.3, 0.3, 0.4], [0.8, 0.2], [0.7, 0.2, 0.1], [0.5, 0.5]]:
            yield torch_case(seed, *[["random_split_fractions", n, fractions] for n in [7, 10, 31]])
    yield torch_case(1, ["random_split", 60_000, [55_000, 5_000]])


def numpy_draws():
    for seed in [0, 1, 42, 2**32 - 1]:
        for n in [0, 1, 2, 17, 100, 1000]:
            yield numpy_case(seed, ["rand", n], ["randn", n])
            yield numpy_case(seed, ["uniform", n, -1, 1], ["normal", n, 0.5, 2.25])
            yield numpy_case(seed, ["permutation", n], ["randint", n, -5, 10])
        yield numpy_case(seed, ["randn", 3], ["rand", 2], ["randn", 1], ["permutation", 5], ["randn", 3])
        for low, high in [(0, 1), (0, 2**32), (0, 2**32 - 1), (-(2**40), 2**41), (-(2**63), 2**63 - 1)]:
            yield numpy_case(seed, ["randint", 20, low, high])
        for again in [True, False]:
            yield numpy_case(seed, ["choice", 100, 20, again, None], ["choice", 1, 1, again, None])
            yield numpy_case(seed, ["choice", 5, 3, again, WEIGHTS], ["choice", 5, 5, again, WEIGHTS])
            yield numpy_case(seed, ["choice", 4, 3, again, [0.97, 0.01, 0.0, 0.02]])


def split_case(n, seed, labels=None, **sizes):
    train, test = train_test_split(np.arange(n), random_state=seed, stratify=labels, **sizes)
    kinds = {name: {"Fraction" if isinstance(size, float) else "Count": size} for name, size in sizes.items()}
    case = {"n": n, "seed": seed, "labels": labels, **kinds}
    return {**case, "train": result(train), "test": result(test)}


def splits():
    sizes = [{"test_size": 0.3}, {"test_size": 0.25}, {"test_size": 5}, {"train_size": 0.8}, {}]
    sizes += [{"train_size": 5}, {"train_size": 0.5, "test_size": 0.2}, {"train_size": 5, "test_size": 0.4}]
    iris = "0" * 50 + "1" * 50 + "2" * 50
    mixed = "".join("abcde"[(i * i + i // 7) % 5] for i in range(97))
    uneven = "x" * 3 + "y" * 8 + "z" * 2 + "w" * 20
    for seed in [0, 1, 42]:
        for n in [9, 10, 150, 392, 1000]:
            for size in sizes:
                yield split_case(n, seed, **size)
        for labels in [iris, mixed, uneven]:
            for size in sizes:
                yield split_case(len(labels), seed, list(labels), **size)


def mkl_bernoulli(path):
    """What MKL answers to `bernoulli_(p)` of PyTorch 1.x to 2.4 on Intel: one draw seeds a stream."""
    mkl = ctypes.CDLL(path)
    brng_mcg31, method_icdf, n = 1 << 20, 0, 500
    for seed in SEEDS:
        for p in [0.0, 0.25, 0.5, 0.9, 1.0]:
            stream, drawn = ctypes.c_void_p(), (ctypes.c_int * n)()
            mkl.vslNewStream(ctypes.byref(stream), brng_mcg31, ctypes.c_uint(first_word(seed)))
            mkl.viRngBernoulli(method_icdf, stream, n, drawn, ctypes.c_double(p))
            mkl.vslDeleteStream(ctypes.byref(stream))
            yield {"seed": seed, "n": n, "p": p, **result(np.array(drawn, dtype=bool))}


def first_word(seed):
    """The first 32 bits of the generator, which NumPy shares with PyTorch."""
    return int(np.random.RandomState(seed % 2**32).randint(0, 2**32, dtype=np.uint32))


def auto_mpg_cylinders(path):
    """The number of cylinders of the 392 cars of 13.2.1, one digit each."""
    rows = [line.split() for line in Path(path).read_text().splitlines()]
    return "".join(row[1][0] for row in rows if "?" not in row[:8])


def write(name, content):
    made_with = f"torch {torch.__version__}, numpy {np.__version__}, scikit-learn {sklearn.__version__}"
    lines = ",\n".join(json.dumps(case) for case in content)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(f'{{"made_with": "{made_with}", "cases": [\n{lines}\n]}}\n')


def main():
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--mkl", help="Intel's libmkl_rt, for the draws that PyTorch up to 2.4 left to it")
    parser.add_argument("--auto-mpg", help="the Auto MPG file of the UCI repository")
    options = parser.parse_args()
    write("torch", draws())
    write("init", initial_weights())
    write("digit_cnn", digit_cnn())
    write("loader", orders())
    write("numpy", numpy_draws())
    write("split", splits())
    if options.mkl:
        write("mkl", mkl_bernoulli(options.mkl))
    if options.auto_mpg:
        write("auto_mpg", [auto_mpg_cylinders(options.auto_mpg)])


if __name__ == "__main__":
    main()
