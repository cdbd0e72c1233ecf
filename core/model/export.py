#!/usr/bin/python3
"""Quantises a trained network to int8 and writes it as the core's source file.

    export.py WEIGHTS.pt ../src/speech_network_weights.cpp [--calibrate VALIDATION.pkl] [--look-ahead N]

Every row of a matrix has its own scale: the greatest weight of the row becomes 127. The arithmetic that the core does with
them is in ../src/speech_network.cpp; `quantised` below is the same in numpy and is what `validate.py score ... --quantised` scores.
"""
import argparse

import numpy as np
import torch

from common import FEATURE_ONE

CONV_ONE = 1024  # what stands for 1 in the convolution's output
STATE_ONE = 32767  # and in the recurrent state
LANES = 8  # the core's kernels take rows of a multiple of this many numbers


def rows(matrix):
    """int8 rows and the factor of each that gives the weights back."""
    matrix = matrix.reshape(matrix.shape[0], -1)
    scale = np.maximum(np.abs(matrix).max(1), 1e-9) / 127
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


def quantise(state):
    """The arrays of speech_network_weights.cpp, from a state_dict of net.SpeechNet."""
    s = {k: v.detach().numpy().astype(np.float64) for k, v in state.items()}
    q = {}
    # torch has (out, in, tap); the core keeps the features of three blocks one after another, oldest first
    q["conv_weights"], scale = rows(s["conv.weight"].transpose(0, 2, 1))
    q["conv_scale"] = scale / FEATURE_ONE * CONV_ONE
    q["conv_bias"] = s["conv.bias"] * CONV_ONE
    q["input_weights"], scale = rows(s["gru.weight_ih_l0"])
    q["input_scale"] = scale / CONV_ONE
    q["state_weights"], scale = rows(s["gru.weight_hh_l0"])
    q["state_scale"] = scale / STATE_ONE
    hidden = s["gru.weight_hh_l0"].shape[1]
    both = s["gru.bias_ih_l0"] + s["gru.bias_hh_l0"]
    both[2 * hidden :] = s["gru.bias_ih_l0"][2 * hidden :]
    q["input_bias"] = both  # of the reset and update gates: both biases
    q["state_bias"] = s["gru.bias_hh_l0"][2 * hidden :]  # inside the product with the reset gate
    q["output_weights"], scale = rows(s["out.weight"])
    q["output_scale"] = scale / STATE_ONE
    q["output_bias"] = s["out.bias"]
    return {k: v if v.dtype == np.int8 else v.astype(np.float32) for k, v in q.items()}


def tanh(x):
    """A ratio of polynomials (Lambert's continued fraction), within 0.0001 of the hyperbolic tangent."""
    f = np.float32  # numpy would take a large whole number as a reason to go on in double
    x = np.clip(x, f(-4.97), f(4.97)).astype(f)
    s = x * x
    upper = x * (f(135135) + s * (f(17325) + s * (f(378) + s)))
    return np.clip(upper / (f(135135) + s * (f(62370) + s * (f(3150) + s * f(28)))), f(-1), f(1))


def sigmoid(x):
    return np.float32(0.5) + np.float32(0.5) * tanh(np.float32(0.5) * x)


def quantised(q, clips):
    """Probabilities of clips (N, T, F) of int16 features of equal length, as the core computes them."""
    n, length, count = clips.shape
    hidden = q["state_bias"].size
    taps = q["conv_weights"].shape[1] // count
    w = {k: q[k].astype(np.float64).T for k in ("conv_weights", "input_weights", "state_weights", "output_weights")}
    window = np.zeros((n, taps * count))
    h = np.zeros((n, hidden))  # integers
    out = np.zeros((n, length), np.float32)
    for t in range(length):
        window = np.concatenate([window[:, count:], clips[:, t]], 1)
        a = np.rint(np.clip((window @ w["conv_weights"]).astype(np.float32) * q["conv_scale"] + q["conv_bias"], 0, 32767))
        i = (a @ w["input_weights"]).astype(np.float32) * q["input_scale"] + q["input_bias"]
        s = (h @ w["state_weights"]).astype(np.float32) * q["state_scale"]
        r = sigmoid(i[:, :hidden] + s[:, :hidden])
        z = sigmoid(i[:, hidden : 2 * hidden] + s[:, hidden : 2 * hidden])
        c = tanh(i[:, 2 * hidden :] + r * (s[:, 2 * hidden :] + q["state_bias"]))
        c = c * np.float32(STATE_ONE)
        h = np.rint(c + z * (h.astype(np.float32) - c))
        out[:, t] = sigmoid((h @ w["output_weights"]).astype(np.float32)[:, 0] * q["output_scale"][0] + q["output_bias"][0])
    return out


def text(q, features, note):
    hidden = q["state_bias"].size
    channels = q["conv_scale"].size
    lines = [
        f"// Written by core/model/export.py: do not edit. {note}",
        '#include "speech_network.h"',
        "",
        "namespace audioengine {",
        "",
        "// clang-format off",
        f"static_assert(SpeechNetwork::kFeatures == {features} && SpeechNetwork::kChannels == {channels} && SpeechNetwork::kHidden == {hidden});",
        "",
        "const SpeechNetwork::Weights SpeechNetwork::kWeights = {",
    ]
    q = dict(q, conv_weights=np.pad(q["conv_weights"], ((0, 0), (0, -q["conv_weights"].shape[1] % LANES))))
    for name in ("conv_weights", "input_weights", "state_weights", "output_weights", "conv_scale", "conv_bias", "input_scale",
                 "input_bias", "state_scale", "state_bias", "output_scale", "output_bias"):
        v = q[name].reshape(-1)
        items = [str(x) for x in v] if v.dtype == np.int8 else [f"{x:.9g}F" if "." in f"{x:.9g}" or "e" in f"{x:.9g}" else f"{x:.9g}.0F" for x in v]
        lines.append(f"    // {name}")
        body, line = [], "   "
        for item in items:
            if len(line) + len(item) + 2 > 118:
                body.append(line)
                line = "   "
            line += f" {item},"
        body.append(line)
        if v.size == 1:
            lines.append("    " + items[0] + ",")
        else:
            lines += ["    {"] + body + ["    },"]
    lines += ["};", "// clang-format on", "", "}  // namespace audioengine", ""]
    return "\n".join(lines)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("weights")
    p.add_argument("out")
    p.add_argument("--calibrate")
    p.add_argument("--look-ahead", type=int, default=0)
    a = p.parse_args()
    state = torch.load(a.weights)
    if a.calibrate:
        import calibrate
        import net as nets
        import validate

        logit, truth = calibrate.gather(nets.load(a.weights).eval(), validate.load(a.calibrate), a.look_ahead)
        slope, offset = calibrate.line(logit, truth)
        print(f"calibration: {slope:.4f} times the logit plus {offset:.4f}")
        print(calibrate.table(slope * logit + offset, truth))
        state["out.weight"] *= slope
        state["out.bias"] = state["out.bias"] * slope + offset
        torch.save(state, a.weights)
    q = quantise(state)
    count = sum(v.size for v in q.values() if v.dtype == np.int8)
    features = q["conv_weights"].shape[1] // 3
    with open(a.out, "w") as f:
        f.write(text(q, features, f"{count} int8 weights."))


if __name__ == "__main__":
    main()
