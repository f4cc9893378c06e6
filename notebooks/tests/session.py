"""A kernel driven as a front end drives it: cells go in, and all that Jupyter would show comes out."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

from jupyter_client.manager import start_new_kernel

PROJECT = Path(__file__).resolve().parents[2]
NOTEBOOKS = PROJECT / "notebooks"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

# A first start may build the library that notebooks load.
START = 1800


@dataclass
class Reply:
    """What a cell came to."""

    status: str = "none"
    error: str = ""
    stdout: str = ""
    stderr: str = ""
    shown: list = field(default_factory=list)
    updates: list = field(default_factory=list)
    seconds: float = 0.0

    @property
    def text(self):
        """Everything readable, for a message when a test fails."""
        plain = [str(data.get("text/plain", ""))[:2000] for data in self.shown]
        return "\n".join([self.status, self.error[:4000], self.stdout[:2000], self.stderr[:2000], *plain])


class Session:
    def __init__(self, kernel="mlbook", folder=NOTEBOOKS, prelude=True):
        self.manager, self.client = start_new_kernel(startup_timeout=START, kernel_name=kernel, cwd=str(folder))
        if prelude:
            self.ok("use companion::prelude::*;", timeout=START)

    def send(self, code):
        return self.client.execute(code)

    def collect(self, request, timeout=120, watch=None):
        """All messages of a cell until the kernel is idle; `watch` sees each of them as it comes."""
        began, reply = time.monotonic(), Reply()
        while True:
            left = timeout - (time.monotonic() - began)
            try:
                message = self.client.get_iopub_msg(timeout=max(left, 0.01))
            except Empty:
                raise TimeoutError(f"no end of the cell after {timeout} s; so far: {reply.text}") from None
            if message["parent_header"].get("msg_id") != request:
                continue
            self.take(message["msg_type"], message["content"], reply)
            if watch:
                watch(message, time.monotonic() - began)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        reply.seconds = time.monotonic() - began
        while True:
            answer = self.client.get_shell_msg(timeout=10)
            if answer["parent_header"].get("msg_id") == request:
                reply.status = answer["content"]["status"]
                return reply

    @staticmethod
    def take(kind, content, reply):
        if kind == "stream" and content["name"] == "stdout":
            reply.stdout += content["text"]
        elif kind == "stream":
            reply.stderr += content["text"]
        elif kind in ("display_data", "execute_result"):
            reply.shown.append(content["data"])
        elif kind == "update_display_data":
            reply.updates.append(content["data"])
        elif kind == "error":
            traceback = "\n".join(content["traceback"])
            reply.error += COLOUR.sub("", traceback or content["evalue"])

    def run(self, code, timeout=120, watch=None):
        return self.collect(self.send(code), timeout, watch)

    def ok(self, code, timeout=120):
        """A cell that must succeed."""
        reply = self.run(code, timeout)
        assert reply.status == "ok" and not reply.error, f"{code}\n{reply.text}"
        return reply

    def fails(self, code, timeout=120):
        """A cell that must be an error to Jupyter, told once; the next cell runs."""
        reply = self.run(code, timeout)
        assert reply.status == "error", f"{code}\n{reply.text}"
        assert reply.error.strip(), f"an error without a text: {code}\n{reply.text}"
        self.alive()
        return reply

    def alive(self):
        reply = self.ok("println!(\"{}\", 6 * 7);")
        assert reply.stdout == "42\n", reply.text

    def value(self, expression):
        """What the last expression of a cell shows."""
        reply = self.ok(expression)
        assert reply.shown, reply.text
        return reply.shown[-1]["text/plain"]

    def interrupt(self, code, after, timeout=60):
        """Runs a cell and presses the button; seconds from then to the end of the cell are `reply.seconds`."""
        request = self.send(code)
        printed = ""
        while "running" not in printed:
            message = self.client.get_iopub_msg(timeout=timeout)
            mine = message["parent_header"].get("msg_id") == request
            if mine and message["msg_type"] == "stream":
                printed += message["content"]["text"]
            ended = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            assert not (mine and ended), f"the cell ended before it ran: {code}"
        time.sleep(after)
        self.manager.interrupt_kernel()
        reply = self.collect(request, timeout)
        reply.stdout = printed + reply.stdout
        return reply

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
