#!/usr/bin/python3
"""The validation split under fixed conditions, and how a network does on them.

    validate.py make WORK OUT.pkl             features and labels of every condition
    validate.py score WEIGHTS.pt V.pkl [--look-ahead N] [--quantised]

All blocks of all clips count, the uncertain ones as the label leans.
"""
import pickle
import sys

import numpy as np
import torch
from scipy import signal

import common
import export
from common import BLOCK, QUIET, RATE_HZ, RATHER_SPEECH, SPEECH, as_float
from synthetic import Synthetic

NOISES = {"music": "music", "keys": "mechvibes", "home": "esc10", "babble": "babble-mix", "games": "lincity-ng"}
STEADY = [f"{name}{snr}" for snr in (20, 10, 5, 0) for name in ("white", "pink")]
SHORT = 150  # blocks; a shorter clip gets silence around it


def make(work, out):
    clips = common.load_clips(work, "valid", "test")
    g = np.random.default_rng(5)
    synthetic = Synthetic(g, 20 * RATE_HZ)

    def coloured(n, slope):
        y = synthetic.coloured(slope)
        start = int(g.integers(0, len(y)))
        return np.resize(np.roll(y, start), n)

    spoken = []
    for c in clips["speech"]:
        x, labels = as_float(c["pcm"]), c["labels"]
        x = x[: len(labels) * BLOCK]
        if len(labels) < SHORT:
            pause = 40 * BLOCK
            x = np.concatenate([np.zeros(pause), x, np.zeros(pause)]) + 1e-4 * g.normal(size=len(x) + 2 * pause)
            labels = np.concatenate([np.zeros(40, np.int8), labels, np.zeros(40, np.int8)])
        spoken.append((x.astype(np.float32), labels))
    noise = [c for c in clips["noise"] if c["split"] == "valid"]
    pools = {k: np.concatenate([as_float(c["pcm"]) / common.rms(as_float(c["pcm"])) for c in noise if v in c["source"]])
             for k, v in NOISES.items()}

    def some(kind, n):
        pool = pools[kind]
        z = np.resize(np.roll(pool, -int(g.integers(0, len(pool)))), n)
        return z / common.rms(z)

    def telephone(x):
        y = signal.resample_poly(x, 1, 2)
        y = signal.sosfilt(signal.butter(4, [250, 3400], "band", fs=8000, output="sos"), y)
        return signal.resample_poly(y, 2, 1)[: len(x)]

    conditions = {}

    def add(name, change):
        rows = []
        for x, labels in spoken:
            level = common.rms(x.reshape(-1, BLOCK)[labels == SPEECH])
            rows.append((common.features(common.to_pcm(change(x, level))), labels))
        conditions[name] = rows

    add("clean", lambda x, level: x)
    add("gain-20", lambda x, level: x * 0.1)
    add("gain+10", lambda x, level: x * 3.16)
    for snr in (20, 10, 5, 0):
        for slope, name in enumerate(("white", "pink")):
            add(f"{name}{snr}", lambda x, level: x + coloured(len(x), slope) * level * 10 ** (-snr / 20))
    for kind in NOISES:
        add(f"{kind}10", lambda x, level: x + some(kind, len(x)) * level * 10**-0.5)
    add("phone", lambda x, level: telephone(x))

    def group(c):
        if c["split"] == "test":
            return "unseen music" if c["source"] == "warzone-music" else "unseen scores"
        if c["source"] == "mechvibes":
            return "keys"
        return "music" if "music" in c["source"] else "other"

    quiet = {}
    for c in clips["noise"]:
        if "babble" not in c["source"]:
            quiet.setdefault(group(c), []).append(common.features(c["pcm"]))
    for slope in (0, 1, 2):
        quiet.setdefault("steady", []).append(common.features(common.to_pcm(coloured(20 * RATE_HZ, slope) * 0.025)))
    for make_one, name in ((synthetic.hum, "hum"), (synthetic.clicks, "clicks")):
        for _ in range(6):
            y = make_one()
            quiet.setdefault(name, []).append(common.features(common.to_pcm(y / common.rms(y) * 0.025)))
    with open(out, "wb") as f:
        pickle.dump((conditions, quiet), f)


def load(path):
    with open(path, "rb") as f:
        return pickle.load(f)


def auc(score, truth):
    order = np.argsort(score, kind="stable")
    sorted_score = score[order]
    first = np.searchsorted(sorted_score, sorted_score, "left")
    last = np.searchsorted(sorted_score, sorted_score, "right")
    rank = np.empty(len(score))
    rank[order] = (first + last + 1) / 2
    ones = truth.sum()
    return (rank[truth].sum() - ones * (ones + 1) / 2) / (ones * (len(truth) - ones))


def probabilities(net, clips, look_ahead, quantised):
    """Of each clip, a probability for each block."""
    longest = max(len(f) for f in clips)
    x = np.zeros((len(clips), longest + look_ahead, clips[0].shape[1]), np.int16)
    for row, f in zip(x, clips):
        row[: len(f)] = f
        row[len(f) :] = f[-1]
    if quantised:
        out = export.quantised(export.quantise(net.state_dict()), x)
    else:
        with torch.no_grad():
            out = torch.sigmoid(net(torch.from_numpy(x))).numpy()
    return [row[look_ahead : look_ahead + len(f)] for row, f in zip(out, clips)]


def pieces(clips, length=2000):
    return [f[i : i + length] for f in clips for i in range(0, len(f), length) if len(f) - i > 50]


def latencies(scores, truths, threshold, look_ahead):
    """ms from a labelled start or end (10 blocks of the other before, or after) to the first decision that follows it."""
    starts, ends = [], []
    for p, y in zip(scores, truths):
        on = p > threshold
        for t in np.where(np.diff(y.astype(int)) == 1)[0] + 1:
            if t >= 10 and not y[t - 10 : t].any() and not on[t - 1]:
                hit = np.where(on[t : t + 100])[0]
                starts.append((hit[0] if len(hit) else 100) + 1 + look_ahead)
        for t in np.where(np.diff(y.astype(int)) == -1)[0] + 1:
            if t + 10 <= len(y) and not y[t : t + 10].any() and on[t - 1]:
                hit = np.where(~on[t : t + 100])[0]
                ends.append((hit[0] if len(hit) else 100) + 1 + look_ahead)
    return [float(np.quantile(v, q) * 10) for v in (starts, ends) for q in (0.5, 0.9)]


def score(net, data, look_ahead=0, quantised=False):
    net.eval()
    conditions, quiet = data
    result = {"auc": {}, "flagged": {}}
    for name, rows in conditions.items():
        scores = probabilities(net, [f for f, _ in rows], look_ahead, quantised)
        truths = [(l == SPEECH) | (l == RATHER_SPEECH) for _, l in rows]
        p, y = np.concatenate(scores), np.concatenate(truths)
        result["auc"][name] = auc(p, y)
        if name == "clean":
            sure = np.concatenate([(l == SPEECH) | (l == QUIET) for _, l in rows])
            result["auc_sure"] = auc(p[sure], y[sure])
            result["false_at_95"] = float((p[~y] > np.quantile(p[y], 0.05)).mean())
            threshold = np.quantile(p[~y], 0.9)
            result["recall_at_10"] = float((p[y] > threshold).mean())
            result["threshold_at_10"] = float(threshold)
            result["latency_ms"] = latencies(scores, truths, threshold, look_ahead)
    for name, clips in quiet.items():
        p = np.concatenate(probabilities(net, pieces(clips), look_ahead, quantised))
        result["flagged"][name] = float((p >= 0.5).mean())
    net.train()
    return result


def report(r):
    a = r["auc"]
    onset, onset_90, end, end_90 = r["latency_ms"]
    lines = [
        f"  AUC clean {a['clean']:.4f} (sure {r['auc_sure']:.4f}), steady {np.mean([a[c] for c in STEADY]):.4f}, "
        f"five noises {np.mean([a[k + '10'] for k in NOISES]):.4f}, -20 dB {a['gain-20']:.4f}, +10 dB {a['gain+10']:.4f}, phone {a['phone']:.4f}",
        f"  false at 95 % recall {r['false_at_95']:.3f}, recall at 10 % false {r['recall_at_10']:.3f} (threshold {r['threshold_at_10']:.3f}), "
        f"onset {onset:.0f}/{onset_90:.0f} ms, end {end:.0f}/{end_90:.0f} ms",
        "  flagged % " + ", ".join(f"{k} {100 * v:.1f}" for k, v in r["flagged"].items()),
        "  " + " ".join(f"{k} {v:.3f}" for k, v in a.items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(*sys.argv[2:])
    else:
        import net as nets

        look_ahead = int(sys.argv[sys.argv.index("--look-ahead") + 1]) if "--look-ahead" in sys.argv else 0
        torch.set_num_threads(1)
        print(report(score(nets.load(sys.argv[2]), load(sys.argv[3]), look_ahead, "--quantised" in sys.argv)))
