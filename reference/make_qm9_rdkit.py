"""What RDKit perceives in QM9's molecules: `python make_qm9_rdkit.py gdb9.sdf.gz fixtures/qm9_rdkit.txt.gz`.

One line a molecule: its name, a digit for each atom but hydrogen, a digit for each bond between such atoms, both in the order of
the file. Atom: 0 neither, 1 sp, 2 sp2, 3 sp3, plus 4 if it is aromatic. Bond: 1 single, 2 double, 3 triple, 4 aromatic.
"""

import gzip
import sys

from rdkit import Chem, RDLogger, rdBase

HYBRIDISATION = {Chem.HybridizationType.SP: 1, Chem.HybridizationType.SP2: 2, Chem.HybridizationType.SP3: 3}
BOND = {Chem.BondType.SINGLE: 1, Chem.BondType.DOUBLE: 2, Chem.BondType.TRIPLE: 3, Chem.BondType.AROMATIC: 4}


def line(molecule):
    atoms = "".join(
        str(HYBRIDISATION.get(atom.GetHybridization(), 0) + 4 * atom.GetIsAromatic())
        for atom in molecule.GetAtoms() if atom.GetAtomicNum() > 1
    )
    bonds = ""
    for bond in molecule.GetBonds():
        if min(bond.GetBeginAtom().GetAtomicNum(), bond.GetEndAtom().GetAtomicNum()) > 1:
            bonds += str(BOND[bond.GetBondType()])
        else:
            assert bond.GetBondType() == Chem.BondType.SINGLE
    for atom in molecule.GetAtoms():
        if atom.GetAtomicNum() == 1:
            assert atom.GetHybridization() not in HYBRIDISATION and not atom.GetIsAromatic()
    return f"{molecule.GetProp('_Name')} {atoms} {bonds}"


def main():
    source, target = sys.argv[1:]
    RDLogger.DisableLog("rdApp.*")
    lines = []
    with gzip.open(source) as file:
        for molecule in Chem.ForwardSDMolSupplier(file, removeHs=False):
            lines.append(line(molecule))
    text = "\n".join(lines) + "\n"
    with open(target, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    print(f"RDKit {rdBase.rdkitVersion}: {len(lines)} molecules")


main()
