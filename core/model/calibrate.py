"""Makes a score mean what it says: of the blocks with 0.5, half are speech (J. Platt, 1999: a line through the logits)."""
import numpy as np

import validate
from common import RATHER_SPEECH, SPEECH

CONDITIONS = ["clean", "white10", "pink10", "white5", "pink20", "music10", "keys10", "home10", "games10", "phone"]


def gather(net, data, look_ahead):
    conditions, _ = data
    logits, truths = [], []
    for name in CONDITIONS:
        rows = conditions[name]
        p = np.concatenate(validate.probabilities(net, [f for f, _ in rows], look_ahead, False)).astype(np.float64)
        p = np.clip(p, 1e-7, 1 - 1e-7)
        logits.append(np.log(p / (1 - p)))
        truths += [(labels == SPEECH) | (labels == RATHER_SPEECH) for _, labels in rows]
    return np.concatenate(logits), np.concatenate(truths).astype(np.float64)


def line(logit, truth):
    """Slope and offset of greatest likelihood, by Newton's method."""
    w = np.array([1.0, 0.0])
    x = np.stack([logit, np.ones_like(logit)])
    for _ in range(20):
        p = 1 / (1 + np.exp(-(w @ x)))
        hessian = (x * (p * (1 - p))) @ x.T
        w += np.linalg.solve(hessian, x @ (truth - p))
    return w


def table(logit, truth):
    """Of the blocks with about a score, how many are speech: the tenths of the scale."""
    p = 1 / (1 + np.exp(-logit))
    tenth = np.minimum((p * 10).astype(int), 9)
    return [(f"{k / 10:.1f}", round(float(truth[tenth == k].mean()), 2), int((tenth == k).sum())) for k in range(10) if (tenth == k).any()]
