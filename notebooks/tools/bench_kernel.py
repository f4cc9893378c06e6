"""Measures a kernel as a reader meets it: how long until it answers, how long a cell takes, how much memory it holds.

Prints one JSON object of medians, in seconds and megabytes.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel

FIRST_TENSOR = """use companion::prelude::*;
let x = Tensor::<2>::ones([2, 3], &default_device());
println!("{x}");"""

# What a reader types: a tensor, a function, a struct, a loop, a bit of text; each cell uses what came before.
ORDINARY = [
    "let a = Tensor::<2>::from_floats([[1.0, 2.0], [3.0, 4.0]], &default_device());",
    "let b = a.clone() * 2.0;",
    "println!(\"{}\", b.clone().sum());",
    "let c = a.clone().matmul(b.clone());",
    "println!(\"{c}\");",
    "fn squares(n: usize) -> Vec<f32> { (0..n).map(|i| (i * i) as f32).collect() }",
    "let numbers = squares(10);",
    "println!(\"{}\", numbers.iter().sum::<f32>());",
    "let total: f32 = numbers.iter().sum();",
    "let d = c.clone().mean_dim(0);",
    "c.clone()",
    "let e = d.clone() - 1.0;",
    "println!(\"{:?}\", e.dims());",
    "#[derive(Debug, Clone)]\nstruct Point { x: f32, y: f32 }",
    "let point = Point { x: 1.0, y: 2.0 };",
    "println!(\"{point:?} {}\", point.x + point.y);",
    "let words = vec![\"seven\", \"words\"];",
    "for word in &words { println!(\"{word}\"); }",
    "let f = a.clone().transpose().matmul(d.clone().transpose());",
    "f.clone()",
]

# Everything that the two trainings below need; not measured.
PREPARED = """use companion::ch13::{mpg::{self, MpgSettings}, mpg_data::Cars, mpg_net::MpgNet};
let project = run("ch13-mechanics", "mpg")?;
let cars = Cars::load(&project)?;
let mut settings = MpgSettings::quick();
settings.num_epochs = 2;
let net = MpgNet::new(cars.train.width, [8, 4], project.generator(), &project.training_device());"""

CALLED = """println!("compiled");
let (called, history) = mpg::train(net.clone(), &cars.train, &settings, &project)?;"""

# As a function: evcxr rewrites a `?` in a block of the cell itself so that rustc refuses it.
WRITTEN = """println!("compiled");
fn trained(net: MpgNet, cars: &Cars, project: &Run) -> companion::anyhow::Result<(MpgNet, History)> {
    let plan = Plan { num_epochs: 2, batch_size: 8, learning_rate: 0.001, examples: cars.train.len() };
    let mut training = Training::begin(project, &(), plan, net, adam())?;
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let (inputs, targets) = cars.train.batch(&rows, &project.training_device());
            training.step((training.model().forward(inputs) - targets).powf_scalar(2.0).mean());
        }
        training.end_epoch(&[])?;
    }
    Ok(training.finish()?)
}
let (written, history) = trained(net.clone(), &cars, &project)?;"""


class Kernel:
    """A kernel and its client; cells are run one after another."""

    def __init__(self, name, timeout):
        # The stock kernel says on its own standard output which settings it loads.
        self.manager, self.client = start_new_kernel(
            startup_timeout=timeout, kernel_name=name, stdout=subprocess.DEVNULL
        )

    def run(self, code, timeout=600):
        """Seconds until the cell printed something, and until its end."""
        began, first = time.monotonic(), None
        request = self.client.execute(code, store_history=False)
        errors = []
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            content, kind = message["content"], message["msg_type"]
            if kind == "stream" and first is None and content["name"] == "stdout":
                first = time.monotonic() - began
            elif kind == "error":
                errors.append("\n".join(content["traceback"]) or content["evalue"])
            elif kind == "status" and content["execution_state"] == "idle":
                break
        if errors:
            sys.exit(f"a cell failed:\n{code}\n{errors[0]}")
        self.client.get_shell_msg(timeout=timeout)
        return first, time.monotonic() - began

    def memory(self):
        """Megabytes of the kernel and everything it started: proportional and resident."""
        process = self.manager.provisioner.process.pid
        return tuple(sum(values) / 1024 for values in zip(*map(kilobytes, descendants(process))))

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def descendants(process):
    """The process and its children, as `ps` tells."""
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listing.splitlines())}
    found = [process]
    for one in found:
        found.extend(pid for pid, parent in parents.items() if parent == one)
    return found


def kilobytes(process):
    """Proportional and resident memory. Without Linux's accounting of shared pages the two are the same."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as rollup:
            fields = dict(line.split()[:2] for line in rollup if line.count(":") == 1)
        return int(fields["Pss:"]), int(fields["Rss:"])
    except OSError:
        answer = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True)
        resident = int(answer.stdout.strip() or 0)
        return resident, resident


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="mlbook")
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    ready, first_tensor = [], []
    for start in range(options.starts):
        began = time.monotonic()
        kernel = Kernel(options.kernel, timeout=5400)
        ready.append(time.monotonic() - began)
        kernel.run(FIRST_TENSOR)
        first_tensor.append(time.monotonic() - began)
        if start + 1 < options.starts:
            kernel.end()
    proportional, resident = kernel.memory()
    cells = [kernel.run(code)[1] for code in ORDINARY]
    kernel.run(PREPARED)
    called, written = (kernel.run(code)[0] for code in (CALLED, WRITTEN))
    kernel.end()
    median = statistics.median
    measured = {
        "ready": median(ready),
        "first_tensor": median(first_tensor),
        "cell": median(cells),
        "called": called,
        "written": written,
        "pss": proportional,
        "rss": resident,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
