"""Every notebook runs from its first cell to its end marker, as `cargo book notebook --check` runs it for a reader."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from session import NOTEBOOKS, PROJECT


def book(*arguments):
    return subprocess.run(["cargo", "book", *arguments], cwd=PROJECT, capture_output=True, text=True)


def test_every_notebook_runs_to_its_end():
    outcome = book("notebook", "--check")
    print(outcome.stdout)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    rows = {line.split()[0]: line for line in outcome.stdout.splitlines() if line.strip()}
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        assert rows[notebook.stem].endswith("ok"), outcome.stdout


def test_a_notebook_that_does_not_exist_gets_one_line():
    outcome = book("notebook", "--check", "ch99")
    assert outcome.returncode == 2
    assert "there are: 00-start" in outcome.stderr, outcome.stderr


def test_the_kernel_is_installed():
    outcome = book("kernel", "status")
    assert outcome.returncode == 0, outcome.stdout


BROKEN = {
    "panic": ('let v: Vec<i32> = vec![];\nprintln!("{}", v[0]);', "index out of bounds"),
    "error": ('let n: i32 = "seven".parse()?;', "invalid digit"),
    "compile": ("let n: i32 = true;", "mismatched types"),
    "endless": ("loop { std::hint::spin_loop(); }", "no end after 20 s"),
    "exit": ("std::process::exit(0);", ""),
    "unfinished": ('println!("OK something else");', "end marker"),
    "home": (f'println!("{Path.home()}");', "names a folder of this computer"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """All of them run, two at a time, as `--save` runs them."""
    folder = tmp_path_factory.mktemp("broken")
    paths = []
    for name, (code, _) in BROKEN.items():
        ending = [] if name == "unfinished" else [f'println!("OK {name}");']
        cells = [nbformat.v4.new_code_cell(source) for source in ["let fine = 1;", code, *ending]]
        paths.append(folder / f"{name}.ipynb")
        nbformat.write(nbformat.v4.new_notebook(cells=cells), paths[-1])
    before = [path.read_bytes() for path in paths]
    runner = [sys.executable, NOTEBOOKS / "tools" / "run_notebooks.py", "--save", "--cell-timeout", "20", "--jobs", "2"]
    printed = subprocess.run([*runner, *paths], capture_output=True, text=True, check=True).stdout
    assert [path.read_bytes() for path in paths] == before, "a notebook that failed is not stored"
    return {outcome["notebook"]: outcome for outcome in map(json.loads, printed.splitlines())}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_notebook_is_found_out(outcomes, name):
    failure = outcomes[name]["failure"]
    assert failure["cell"] == 2, failure
    assert BROKEN[name][1] in failure["error"], failure
