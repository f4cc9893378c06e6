"""What the bench programs share: the median time of a training step, printed as `cargo book bench --pytorch` reads it."""

import argparse
import json
import statistics
import time

WARM_UP = 5


def report(name, loss_of, optimiser, inputs, targets, batch, default_steps=400):
    """Times `loss_of(inputs, targets)` of one batch after the other, its gradients and a step of the optimiser."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=default_steps)
    steps = arguments.parse_args().steps
    batches = len(inputs) // batch
    times = []
    for step in range(WARM_UP + steps):
        start = step % batches * batch
        begun = time.perf_counter()
        loss = loss_of(inputs[start:start + batch], targets[start:start + batch])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        times.append(time.perf_counter() - begun)
    print(json.dumps({name: 1e3 * statistics.median(times[WARM_UP:])}))
