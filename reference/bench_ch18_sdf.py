"""Median time of reading the bundled molecules with RDKit, with what chapter 18's features ask of atoms and bonds, for
`cargo book bench --pytorch`. Measures nothing where RDKit is not installed.
"""

import argparse
import gzip
import json
import statistics
import time
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "qm9-mini" / "gdb9.sdf.gz"
READINGS = 9


def read(Chem):
    hybridisations = (Chem.HybridizationType.SP, Chem.HybridizationType.SP2, Chem.HybridizationType.SP3)
    orders = (Chem.BondType.SINGLE, Chem.BondType.DOUBLE, Chem.BondType.TRIPLE, Chem.BondType.AROMATIC)
    molecules = []
    with gzip.open(FILE) as file:
        for molecule in Chem.ForwardSDMolSupplier(file, removeHs=False):
            atoms = [
                (atom.GetAtomicNum(), atom.GetIsAromatic(), atom.GetHybridization() in hybridisations)
                for atom in molecule.GetAtoms()
            ]
            bonds = [
                (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), orders.index(bond.GetBondType()))
                for bond in molecule.GetBonds()
            ]
            molecules.append((atoms, sorted(bonds)))
    return molecules


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int)
    arguments.parse_args()
    try:
        from rdkit import Chem, RDLogger
    except ImportError:
        print("{}")
        return
    RDLogger.DisableLog("rdApp.*")
    times = []
    for _ in range(READINGS):
        begun = time.perf_counter()
        read(Chem)
        times.append(time.perf_counter() - begun)
    print(json.dumps({"ch18 reading 1,200 molecules, cpu": 1e3 * statistics.median(times)}))


main()
