"""Makes a fixture small enough for this repository: of gradients and parameters after a step only the first values and statistics stay.

    python reference/shrink_fixture.py FOLDER/ch17_dcgan.safetensors reference/fixtures/ch17_dcgan.safetensors

`grad.NAME` becomes `gradhead.NAME` (the first 32 values) and `gradstat.NAME` (sum, sum of absolute values, L2 norm, largest absolute value),
`step.NAME` becomes `stephead.NAME`, as in the fixtures that are called `_full`. Parts of the fixture (`.grad`, `.step`) are read too. Small tensors
stay whole. Needs safetensors and NumPy.
"""

import sys
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

HEAD = 32
SMALL = 1024


def read(path):
    with safe_open(path, "np") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def shrunk(name, values):
    """What is kept of a tensor, by name."""
    group, _, rest = name.partition(".")
    flat = values.reshape(-1)
    if group not in ("grad", "step") or flat.size <= SMALL:
        return {name: values}
    kept = {f"{group}head.{rest}": flat[:HEAD].copy()}
    if group == "grad":
        wide = flat.astype(np.float64)
        statistics = [wide.sum(), np.abs(wide).sum(), np.sqrt((wide**2).sum()), np.abs(wide).max()]
        kept[f"gradstat.{rest}"] = np.array(statistics, np.float32)
    return kept


def main():
    source, target = map(Path, sys.argv[1:])
    tensors, metadata = read(source)
    for part in ("grad", "step"):
        path = source.with_suffix(f".{part}.safetensors")
        if path.exists():
            tensors |= read(path)[0]
    kept = {}
    for name, values in tensors.items():
        kept |= shrunk(name, values)
    save_file(kept, target, metadata)


main()
