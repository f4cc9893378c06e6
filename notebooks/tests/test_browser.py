"""What a reader sees: JupyterLab, opened by `cargo book notebook` on a user account that has nothing but Rust and Python."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from session import NOTEBOOKS, PROJECT

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MINUTE = 60_000
NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden)"
LONG_TRAINING = """{
    let endless = Plan { num_epochs: 1_000_000, batch_size: 64, learning_rate: 0.001, examples: train.len() };
    let mut training = Training::begin(&session, &(), endless, reader.clone(), adam())?.log_every(1_000_000);
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let (images, labels) = train.batch(&rows);
            training.step(cross_entropy(training.model().forward(images), labels));
        }
        training.end_epoch(&[])?;
    }
}"""
PICTURE = ".jp-OutputArea-output svg, .jp-OutputArea-output img"
# JupyterLab draws the traceback of an error as it draws standard error.
ERROR = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"


def clean_account(home):
    """No settings and no caches of Jupyter or of ours; where Rust lives is the account's own."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "XDG_", "IPYTHON"))}
    real = Path.home()
    keep.setdefault("CARGO_HOME", str(real / ".cargo"))
    keep.setdefault("RUSTUP_HOME", str(real / ".rustup"))
    return {**keep, "HOME": str(home)}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """`cargo book notebook`, running; the address that it prints."""
    home = tmp_path_factory.mktemp("home")
    log = home / "log.txt"
    # JupyterLab saves by itself while the tests run.
    first = NOTEBOOKS / "00-start.ipynb"
    stored = first.read_bytes()
    command = ["cargo", "book", "notebook", "--no-browser", "--port", str(free_port())]
    with log.open("w") as output:
        book = subprocess.Popen(
            command, cwd=PROJECT, env=clean_account(home), stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield wait_for_address(book, log)
    finally:
        os.killpg(book.pid, signal.SIGINT)
        code = book.wait(timeout=60)
        first.write_bytes(stored)
    assert code == 0, log.read_text()


def wait_for_address(book, log):
    while book.poll() is None:
        found = re.search(r"http://\S+/lab/\S*token=\w+", log.read_text())
        if found:
            return found[0]
        time.sleep(0.5)
    pytest.fail(f"`cargo book notebook` ended: {log.read_text()}")


@pytest.fixture(scope="module")
def page(address, tmp_path_factory):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1300, "height": 1400})
        page.set_default_timeout(MINUTE)
        page.goto(address)
        yield page
        # Kept for a look when a test failed.
        page.screenshot(path=tmp_path_factory.getbasetemp() / "last.png")
        browser.close()


def idle(page, timeout=10 * MINUTE):
    page.wait_for_selector(f"{NOTEBOOK} .jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=timeout)


def menu(page, name, entry):
    page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{name}$")).click()
    page.locator(".lm-Menu-item .lm-Menu-itemLabel", has_text=re.compile(f"^{entry}$")).click()


def cell_with(page, text):
    return page.locator(f"{NOTEBOOK} .jp-CodeCell", has_text=text).first


def add_cell(page, code):
    """A new cell at the end of the notebook, run."""
    page.locator(f"{NOTEBOOK} .jp-Notebook").press("Escape")
    menu(page, "Edit", "Select All Cells")
    page.locator(f"{NOTEBOOK} .jp-Notebook-footer").click()
    cell = page.locator(f"{NOTEBOOK} .jp-CodeCell").last
    cell.locator(".cm-content").fill(code)
    page.keyboard.press("Control+Enter")
    return cell


def test_the_first_notebook_is_open_and_nothing_stands_in_its_way(page):
    page.wait_for_selector(f"{NOTEBOOK} .jp-CodeCell")
    assert page.locator(".lm-TabBar-tab.jp-mod-current", has_text="00-start.ipynb").count() == 1
    page.locator(f"{NOTEBOOK} .jp-KernelName", has_text="Rust (mlbook)").wait_for()
    idle(page)
    time.sleep(3)
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".Toastify__toast").count() == 0


def test_all_cells_run_and_a_curve_is_drawn_while_the_network_trains(page):
    menu(page, "Edit", "Clear Outputs of All Cells")
    menu(page, "Run", "Run All Cells")
    training = cell_with(page, "Training::begin")
    output = training.locator(".jp-Cell-outputArea")
    running = training.locator(".jp-InputPrompt", has_text="[*]")
    running.wait_for(timeout=5 * MINUTE)
    training.locator(PICTURE).first.wait_for(timeout=2 * MINUTE)
    output.scroll_into_view_if_needed()
    pictures = []
    while len(pictures) < 3:
        assert running.count() == 1, f"the training ended after {len(pictures)} pictures"
        picture = output.screenshot()
        if picture not in pictures:
            pictures.append(picture)
        time.sleep(0.3)
    idle(page)
    assert training.locator(PICTURE).count() >= 1, "the curves are gone at the end"
    # An error would have stopped the run before this.
    assert page.locator(f"{NOTEBOOK} .jp-OutputArea", has_text="OK 00-start").count() >= 1


def test_a_training_stops_at_the_button_and_the_session_goes_on(page):
    cell = add_cell(page, LONG_TRAINING)
    cell.locator(PICTURE).first.wait_for()
    began = time.monotonic()
    page.locator(f"{NOTEBOOK} [data-command='notebook:interrupt-kernel']").first.click()
    cell.locator(ERROR).first.wait_for()
    assert time.monotonic() - began < 4
    message = cell.locator(ERROR).last.inner_text()
    assert "stopped on request" in message, message
    after = add_cell(page, 'println!("{} digits", train.len());')
    after.locator(".jp-OutputArea-output", has_text="10000 digits").wait_for()
