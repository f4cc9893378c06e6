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


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_notebook_is_found_out(tmp_path, name):
    code, error = BROKEN[name]
    ending = [] if name == "unfinished" else [f'println!("OK {name}");']
    cells = [nbformat.v4.new_code_cell(source) for source in ["let fine = 1;", code, *ending]]
    path = tmp_path / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    before = path.read_bytes()
    runner = [sys.executable, NOTEBOOKS / "tools" / "run_notebooks.py", "--save", "--cell-timeout", "20", path]
    outcome = json.loads(subprocess.run(runner, capture_output=True, text=True, check=True).stdout)
    assert outcome["failure"]["cell"] == 2, outcome
    assert error in outcome["failure"]["error"], outcome
    assert path.read_bytes() == before, "a notebook that failed is not stored"
