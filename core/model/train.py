#!/usr/bin/python3
"""Trains the network on mixtures.

    train.py OUT.pt --mixtures A.npz B.npz ... --validation V.pkl [--passes 2] [--hidden 48] [--look-ahead 0]
             [--start FROM.pt] [--rounded]

A mixture file that does not exist yet is waited for, so that mix.py and this can run side by side. --rounded trains with the
weights rounded to int8 (the last, short run: quantisation-aware).
"""
import argparse
import os
import time

import numpy as np
import torch
from torch import nn

import common
import net as nets
import validate

SEGMENT = 800  # blocks of an example that a step sees
WARM_UP = 20  # blocks whose error does not count: the window and the running mean fill


class Mixtures:
    def __init__(self, paths):
        self.waiting = list(paths)
        self.features, self.labels = [], []

    def gather(self, at_least):
        while self.waiting and (os.path.exists(self.waiting[0]) or len(self.features) < at_least):
            if not os.path.exists(self.waiting[0]):
                time.sleep(2)
                continue
            z = np.load(self.waiting.pop(0))
            self.features.append(torch.from_numpy(z["features"]))
            self.labels.append(torch.from_numpy(z["labels"]))

    def batch(self, size, newest, look_ahead):
        xs, ys, starts = [], [], []
        for _ in range(size):
            k = int(torch.randint(newest, (1,)))
            i = int(torch.randint(len(self.features[k]), (1,)))
            start = int(torch.randint(self.labels[k].shape[1] - SEGMENT + 1, (1,)))
            xs.append(self.features[k][i, start : start + SEGMENT])
            ys.append(self.labels[k][i, start : start + SEGMENT])
            starts.append(start)
        y = torch.stack(ys).long()
        if look_ahead:  # the answer at block t is about block t - look_ahead
            y = torch.cat([torch.full((size, look_ahead), common.RATHER_QUIET), y[:, :-look_ahead]], 1)
        target, weight = torch.from_numpy(common.TARGET)[y], torch.from_numpy(common.WEIGHT)[y]
        weight[:, :WARM_UP] *= (torch.tensor(starts) == 0).float()[:, None]
        return torch.stack(xs), target, weight


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("--mixtures", nargs="+", required=True)
    p.add_argument("--validation", required=True)
    p.add_argument("--passes", type=float, default=2)
    p.add_argument("--channels", type=int, default=32)
    p.add_argument("--hidden", type=int, default=48)
    p.add_argument("--look-ahead", type=int, default=0)
    p.add_argument("--rate", type=float, default=4e-3)
    p.add_argument("--batch", type=int, default=48)
    p.add_argument("--reports", type=int, default=4)
    p.add_argument("--start")
    p.add_argument("--rounded", action="store_true")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    mixtures = Mixtures(a.mixtures)
    mixtures.gather(1)
    conditions = validate.load(a.validation)
    net = nets.load(a.start) if a.start else nets.SpeechNet(mixtures.features[0].shape[2], a.channels, a.hidden)
    net.rounded = a.rounded
    print(vars(a), "weights", sum(w.numel() for w in net.parameters()), flush=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=0.01)
    seconds = len(mixtures.features[0]) * mixtures.labels[0].shape[1] / 100
    steps = int(a.passes * len(a.mixtures) * seconds / (a.batch * SEGMENT / 100))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, a.rate, total_steps=steps + 1, pct_start=0.15)
    began, running = time.time(), None
    for step in range(1, steps + 1):
        # The first pass goes through the files in order, as they come.
        newest = min(len(a.mixtures), 1 + int(step / steps * a.passes * len(a.mixtures)))
        mixtures.gather(newest)
        x, target, weight = mixtures.batch(a.batch, len(mixtures.features), a.look_ahead)
        error = nn.functional.binary_cross_entropy_with_logits(net(x), target, reduction="none")
        error = (error * weight).sum() / weight.sum()
        optimiser.zero_grad()
        error.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running = float(error) if running is None else 0.98 * running + 0.02 * float(error)
        if step % max(1, steps // a.reports) == 0:
            print(f"step {step} of {steps}, error {running:.4f}, {time.time() - began:.0f} s", flush=True)
            print(validate.report(validate.score(net, conditions, a.look_ahead)), flush=True)
            torch.save(net.state_dict(), a.out)
    torch.save(net.state_dict(), a.out)


if __name__ == "__main__":
    main()
