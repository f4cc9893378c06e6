"""Every tenth molecule of QM9's files: `python make_qm9_mini.py PATH/TO/qm9 data/qm9-mini`."""

import gzip
import sys
from pathlib import Path

STEP = 10


def main():
    source, target = map(Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    molecules = gzip.decompress((source / "gdb9.sdf.gz").read_bytes()).decode().split("$$$$\n")[:-1]
    header, *lines = gzip.decompress((source / "gdb9.sdf.csv.gz").read_bytes()).decode().splitlines(keepends=True)
    assert len(molecules) == len(lines)
    kept = "".join(molecule + "$$$$\n" for molecule in molecules[::STEP])
    for name, text in (("gdb9.sdf.gz", kept), ("gdb9.sdf.csv.gz", header + "".join(lines[::STEP]))):
        (target / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(molecules[::STEP])} molecules")


main()
