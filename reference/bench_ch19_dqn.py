"""Chapter 19's agent in PyTorch on Python's Gymnasium, for `cargo book bench --pytorch`.

`--whole` runs the training of 200 episodes and prints its seconds and steps. The learning step takes the batch at once; the
book's own goes through it sample by sample and takes several times as long.
"""

import argparse
import json
import random
import statistics
import time
from collections import deque

import gymnasium
import numpy as np
import torch
from torch import nn

WARM_UP = 5
# A network as small as this is computed fastest by one thread.
torch.set_num_threads(1)


class Agent:
    def __init__(self):
        torch.manual_seed(1)
        self.network = nn.Sequential(
            nn.Linear(4, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 2),
        )
        self.optimiser = torch.optim.Adam(self.network.parameters(), 1e-3)
        self.loss = nn.MSELoss()
        self.memory = deque(maxlen=2000)
        self.epsilon = 1.0

    def act(self, state):
        if random.random() <= self.epsilon:
            return random.randrange(2)
        with torch.no_grad():
            return self.network(torch.from_numpy(state)).argmax().item()

    def learn(self):
        states, actions, rewards, next_states, ended = zip(*random.sample(self.memory, 32))
        states, next_states = torch.from_numpy(np.stack(states)), torch.from_numpy(np.stack(next_states))
        rewards = torch.tensor(rewards, dtype=torch.float32)
        going_on = 1.0 - torch.tensor(ended, dtype=torch.float32)
        with torch.no_grad():
            worth = rewards + 0.95 * going_on * self.network(next_states).max(1).values
        self.optimiser.zero_grad()
        values = self.network(states)
        targets = values.detach().clone()
        targets[torch.arange(32), torch.tensor(actions)] = worth
        loss = self.loss(values, targets)
        loss.backward()
        self.optimiser.step()
        for _ in range(32):
            if self.epsilon > 0.01:
                self.epsilon *= 0.995
        return loss.item()


class Life:
    """An agent in its environment, step by step."""

    def __init__(self):
        random.seed(1)
        self.agent, self.env = Agent(), gymnasium.make("CartPole-v1")
        self.state, _ = self.env.reset(seed=1)
        for _ in range(500):
            self.step()

    def step(self):
        action = self.agent.act(self.state)
        after, reward, terminated, truncated, _ = self.env.step(action)
        done = terminated or truncated
        self.agent.memory.append((self.state, action, reward, after, done))
        self.state = self.env.reset()[0] if done else after
        return done


def median_ms(steps, step):
    times = []
    for _ in range(WARM_UP + steps):
        begun = time.perf_counter()
        step()
        times.append(time.perf_counter() - begun)
    return 1e3 * statistics.median(times[WARM_UP:])


def environment(steps):
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=1)
    pushes = 0

    def together():
        nonlocal pushes
        for _ in range(1000):
            pushes += 1
            _, _, terminated, truncated, _ = env.step(pushes % 2)
            if terminated or truncated:
                env.reset()

    return median_ms(steps, together)


def whole():
    begun, life, steps = time.perf_counter(), Life(), 0
    for _ in range(200):
        while True:
            done = life.step()
            steps += 1
            if done:
                break
            life.agent.learn()
    print(json.dumps({"seconds": time.perf_counter() - begun, "steps": steps}))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--steps", type=int, default=400)
    arguments.add_argument("--whole", action="store_true")
    arguments = arguments.parse_args()
    if arguments.whole:
        return whole()
    life = Life()
    learning = median_ms(arguments.steps, life.agent.learn)

    def live_and_learn():
        life.step()
        life.agent.learn()

    training = median_ms(arguments.steps, live_and_learn)
    print(json.dumps({
        "ch19 1,000 steps of CartPole, cpu": environment(min(arguments.steps, 100)),
        "ch19 DQN learning step, batch 32, cpu": learning,
        "ch19 DQN training of 20,000 steps, cpu": 20_000 * training,
    }))


main()
