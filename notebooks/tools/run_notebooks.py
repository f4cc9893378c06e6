"""Runs notebooks through Jupyter's protocol and prints a line of JSON for each: how long it took, and what failed.

Stricter than nbclient alone: a panic that a kernel reports as success, text on standard error from a stock kernel's failing `?`, and a
notebook that stops before its end marker all count as failures.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager, start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

STOCK = "rust"
INTERRUPTED = 130
LINES_OF_CODE = 6
LINES_OF_ERROR = 30
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Failed(Exception):
    """A notebook that did not do what it should, and the code cell that is at fault."""

    def __init__(self, error, number=None, code=""):
        super().__init__(error)
        self.number = number
        self.code = code

    def report(self):
        code = [line for line in self.code.splitlines() if line.strip()][:LINES_OF_CODE]
        lines = COLOUR.sub("", str(self)).strip().splitlines()
        if len(lines) > LINES_OF_ERROR:
            lines = [*lines[:LINES_OF_ERROR], f"({len(lines) - LINES_OF_ERROR} more lines)"]
        return {"cell": self.number, "code": code, "error": "\n".join(lines)}


def printed(cell, name):
    texts = [out.text for out in cell.outputs if out.output_type == "stream" and out.name == name]
    return "".join(texts)


def traceback_of(cell):
    for output in cell.outputs:
        if output.output_type == "error":
            return "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
    return None


def look_closer(cell, number, kernel):
    """What a kernel may call a success and a reader would not."""
    if traceback := traceback_of(cell):
        raise Failed(traceback, number, cell.source)
    errors = printed(cell, "stderr")
    if "panicked at" in errors or "panicked at" in printed(cell, "stdout"):
        raise Failed(f"a panic:\n{errors}", number, cell.source)
    if kernel == STOCK and errors.strip():
        raise Failed(f"on standard error, where the stock kernel reports a failing `?`:\n{errors}", number, cell.source)


def look_for_end(cells, path):
    marker = f"OK {path.stem}"
    last = cells[-1] if cells else None
    if last is None or marker not in printed(last, "stdout").splitlines():
        number = len(cells) if cells else None
        raise Failed(f"the last code cell does not print the end marker `{marker}`", number, last.source if last else "")


def look_for_paths(cells):
    """What is stored must not tell where it ran."""
    home, project = Path.home(), Path(__file__).resolve().parents[2]
    target = os.environ.get("CARGO_TARGET_DIR")
    places = {str(home), tempfile.gettempdir(), str(project)} | ({target} if target else set())
    for number, cell in enumerate(cells, 1):
        shown = json.dumps(cell.outputs)
        for place in sorted(places, key=len, reverse=True):
            if len(place) > 1 and re.search(re.escape(place) + r"(?![\w.-])", shown):
                raise Failed(f"what the cell shows names a folder of this computer: {place}", number, cell.source)


async def run_cell(client, cell, index, number):
    try:
        await client.async_execute_cell(cell, index)
    except CellExecutionError as error:
        raise Failed(traceback_of(cell) or str(error), number, cell.source) from error
    except CellTimeoutError as error:
        raise Failed(f"no end after {client.timeout} s", number, cell.source) from error
    except DeadKernelError as error:
        # nbclient says the same of Ctrl-C.
        if await client.km.is_alive():
            raise asyncio.CancelledError from error
        raise Failed("the kernel ended", number, cell.source) from error


async def run_cells(client, cells, kernel, times):
    """Runs every code cell, in a kernel of the notebook's own; `times` gets the seconds of each."""
    # What the stock kernel says as it starts would stand between the lines of JSON.
    await client.km.start_kernel(cwd=client.resources["metadata"]["path"], stdout=subprocess.DEVNULL)
    try:
        await client.async_start_new_kernel_client()
        described = await client.kc.kernel_info(reply=True, timeout=60)
        client.nb.metadata["language_info"] = described["content"]["language_info"]
        # Should the library be out of date, it is built now, and no cell shows it.
        await client.kc.execute("();", silent=True, reply=True, timeout=client.startup_timeout)
        for number, (index, cell) in enumerate(cells, 1):
            began = time.monotonic()
            await run_cell(client, cell, index, number)
            times.append(time.monotonic() - began)
            look_closer(cell, number, kernel)
    finally:
        if client.kc:
            client.kc.stop_channels()
        # nbclient has let go of a kernel that did not start.
        if client.km:
            await client.km.shutdown_kernel(now=True)


def tidy(book):
    """Only what the reader sees is stored: no timings, no widget state. The language is described as the kernel describes it, so that
    JupyterLab finds nothing to change when it opens the notebook."""
    book.metadata = {
        "kernelspec": {"display_name": "Rust (mlbook)", "language": "rust", "name": "mlbook"},
        "language_info": book.metadata["language_info"],
    }
    for cell in book.cells:
        cell.metadata.pop("execution", None)
    nbformat.validate(book)


def store(book, path):
    """The notebook is replaced as a whole or not at all."""
    half = path.with_name(f".{path.stem}.part")
    nbformat.write(book, half)
    half.replace(path)


async def run_notebook(path, options):
    began = time.monotonic()
    book = nbformat.read(path, as_version=4)
    numbered = [(index, cell) for index, cell in enumerate(book.cells) if cell.cell_type == "code" and cell.source.strip()]
    cells = [cell for _, cell in numbered]
    client = NotebookClient(
        book,
        km=AsyncKernelManager(kernel_name=options.kernel),
        timeout=options.cell_timeout,
        startup_timeout=options.start_timeout,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    times, failure = [], None
    try:
        await run_cells(client, numbered, options.kernel, times)
        look_for_end(cells, path)
        if options.save:
            look_for_paths(cells)
            tidy(book)
            store(book, path)
    except Failed as failed:
        failure = failed.report()
    except Exception as error:
        failure = Failed(f"{type(error).__name__}: {error}").report()
    slowest = max(range(len(times)), key=times.__getitem__, default=None)
    return {
        "notebook": path.stem,
        "cells": len(cells),
        "seconds": time.monotonic() - began,
        "slowest": None if slowest is None else {"cell": slowest + 1, "seconds": times[slowest]},
        "failure": failure,
    }


async def run_all(options):
    """Some at the same time, reported in the order of the book."""
    free = asyncio.Semaphore(options.jobs)

    async def in_turn(path):
        async with free:
            return await run_notebook(path.resolve(), options)

    for outcome in [asyncio.ensure_future(in_turn(path)) for path in options.paths]:
        print(json.dumps(await outcome), flush=True)


def start_only(folder, options):
    """Starts the kernel and ends it: what it compiles at its first start is then there."""
    manager, client = start_new_kernel(startup_timeout=options.start_timeout, kernel_name=options.kernel, cwd=str(folder))
    client.stop_channels()
    manager.shutdown_kernel()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="mlbook")
    parser.add_argument("--start-timeout", type=int, default=600)
    parser.add_argument("--cell-timeout", type=int, default=600)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--start-only", action="store_true")
    parser.add_argument("paths", nargs="+", type=Path)
    options = parser.parse_args()
    # Every desktop has one; without it a look for graphics adapters complains on standard error.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    if options.start_only:
        start_only(options.paths[0], options)
        return
    asyncio.run(run_all(options))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
