"""What every step of the recipe shares: the features (the core's own code), labels and clips."""
import ctypes
import os
import pickle

import numpy as np

RATE_HZ = 16000
BLOCK = 160  # samples of a feature vector, of a label and of a probability
FEATURE_ONE = 768  # what stands for 1 in the features

# Labels of a block. The uncertain ones are where teacher and energy disagree: decays, breaths, hum.
QUIET, SPEECH, RATHER_SPEECH, RATHER_QUIET = 0, 1, 2, 3
TARGET = np.array([0.0, 1.0, 0.75, 0.25], np.float32)
WEIGHT = np.array([1.0, 1.0, 0.4, 0.4], np.float32)

_library = None


def features(pcm):
    """(blocks, features) int16 of 16 kHz int16 samples, by the core (features.cpp, compiled by ./recipe)."""
    global _library
    if _library is None:
        _library = ctypes.CDLL(os.environ["AUDIOENGINE_FEATURES"])
    pcm = np.ascontiguousarray(pcm, np.int16)
    out = np.zeros((len(pcm) // BLOCK, _library.feature_count()), np.int16)
    _library.features(pcm.ctypes.data_as(ctypes.c_void_p), ctypes.c_long(len(pcm)), out.ctypes.data_as(ctypes.c_void_p))
    return out


def as_float(pcm):
    return pcm.astype(np.float32) / 32768


def to_pcm(x):
    return np.clip(np.rint(x * 32768), -32768, 32767).astype(np.int16)


def rms(x):
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64)))) + 1e-9


def load_clips(work, *splits):
    with open(f"{work}/clips.pkl", "rb") as f:
        clips = [c for c in pickle.load(f) if c["split"] in splits]
    return {kind: [c for c in clips if c["kind"] == kind] for kind in ("speech", "noise", "rir")}
