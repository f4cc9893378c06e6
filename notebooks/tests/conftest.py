"""Kernels for the tests: one for all tests of a file, since surviving one test after another is what is tested."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from session import Session


@pytest.fixture(scope="module")
def session():
    kernel = Session()
    yield kernel
    kernel.close()
