"""What the bench programs share: the median time of a training step, printed as `cargo book bench --pytorch` reads it."""

import argparse
import json
import statistics
import time

WARM_UP = 5


def report(name, loss_of, optimiser, inputs, targets, batch, default_steps=400):
    """Times `loss_of(inputs, targets)` of one batch after the other, its gradients and a step of the optimiser."""
    batches = len(inputs) // batch

    def step(number):
        start = number % batches * batch
        loss = loss_of(inputs[start:start + batch], targets[start:start + batch])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()

    report_step(name, step, default_steps)


def report_step(name, step, default_steps):
    """Times `step`, which is given its number."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=default_steps)
    steps = arguments.parse_args().steps
    times = []
    for number in range(WARM_UP + steps):
        begun = time.perf_counter()
        step(number)
        times.append(time.perf_counter() - begun)
    print(json.dumps({name: 1e3 * statistics.median(times[WARM_UP:])}))
