#!/usr/bin/python3
"""Gathers the clips: recorded speech, noise and room responses, and music played from made-up scores.

    prepare.py DATA WORK

DATA holds `manifest.csv` (path, kind, split, source, ...) and `labels/segments_v6.csv`; see README.md for its shape.
Writes WORK/clips.pkl: a list of dicts with kind, split, source, pcm (16 kHz int16) and, for speech, a label for each block.
Further music comes from Debian packages, fetched with `apt-get download` into WORK/packages; what a teacher hears voices in
is left out (EXCLUDED was found by Silero v6: over 2 % of a clip above 0.5).
"""
import csv
import glob
import os
import pickle
import subprocess
import sys
from math import gcd

import numpy as np
import soundfile
from scipy import signal

import common
import score_music

# source, package, archive inside it (pk3 files are zip), files, seconds of an excerpt, excerpts of a file, split
PACKAGES = [
    ("nexuiz-music", "nexuiz-music", "usr/share/games/nexuiz/data/music.pk3", "**/*.ogg", 70, 2, "train"),
    ("ufoai-music", "ufoai-music", "usr/share/games/ufoai/base/0music.pk3", "**/*.ogg", 40, 2, "train"),
    ("warmux-music", "warmux-data", None, "**/music/**/*.ogg", 40, 2, "train"),
    ("freedroid-music", "freedroidrpg-data", None, "**/sound/music/*.ogg", 40, 2, "train"),
    ("frozen-bubble", "frozen-bubble-data", None, "**/snd/*.ogg", 30, 1, "train"),
    ("ufoai-sound", "ufoai-sound", "usr/share/games/ufoai/base/0snd.pk3", "**/*.ogg", 8, 1, "train"),
    ("freedroid-items", "freedroidrpg-data", None, "**/item_sounds/*.ogg", 8, 1, "train"),
    ("warmux-weapons", "warmux-data", None, "**/weapons/*.*", 8, 1, "train"),
    ("warzone-music", "warzone2100-music", None, "**/*.o*", 40, 2, "test"),  # never trained on: for judging alone
]
EXCLUDED_FILES = open(os.path.join(os.path.dirname(__file__), "voices.txt")).read().split()


def read(path):
    x, rate = soundfile.read(path, dtype="float32", always_2d=True)
    x = x.mean(1)
    if rate != common.RATE_HZ:
        divisor = gcd(rate, common.RATE_HZ)
        x = signal.resample_poly(x, common.RATE_HZ // divisor, rate // divisor)
    return x


def recordings(data):
    rows = list(csv.DictReader(open(f"{data}/manifest.csv")))
    code = {"speech": common.SPEECH, "ignore_s": common.RATHER_SPEECH, "ignore_n": common.RATHER_QUIET}
    segments = {}
    for r in csv.DictReader(open(f"{data}/labels/segments_v6.csv")):
        segments.setdefault(r["path"], []).append((int(r["start_frame"]), int(r["end_frame"]), code[r["label"]]))
    for r in rows:
        pcm = common.to_pcm(read(f"{data}/{r['path']}"))
        clip = {k: r[k] for k in ("path", "kind", "split", "source")}
        clip |= {"pcm": pcm, "class": r["speaker_or_class"]}
        if r["kind"] == "speech":
            clip["labels"] = np.zeros(len(pcm) // common.BLOCK, np.int8)
            for start, end, label in segments.get(r["path"], []):
                clip["labels"][start:end] = label
        yield clip


def unpacked(package, archive, work):
    folder = f"{work}/packages/{package}"
    if not os.path.isdir(folder):
        os.makedirs(folder)
        subprocess.run(["apt-get", "download", package], cwd=f"{work}/packages", check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["dpkg", "-x", glob.glob(f"{work}/packages/{package}_*.deb")[0], folder], check=True)
        if archive:
            subprocess.run(["unzip", "-qo", f"{folder}/{archive}", "-d", folder], check=True)
    return folder


def packaged(work):
    for source, package, archive, pattern, seconds, count, split in PACKAGES:
        folder = unpacked(package, archive, work)
        for path in sorted(set(glob.glob(f"{folder}/{pattern}", recursive=True))):
            if any(path.endswith(name) for name in EXCLUDED_FILES):
                continue
            try:
                x = read(path)
            except soundfile.LibsndfileError:
                continue
            excerpt = seconds * common.RATE_HZ
            if len(x) < common.RATE_HZ // 5:
                continue
            if len(x) <= 2 * excerpt:
                starts = [max(0, len(x) - excerpt) // 2]
            else:
                starts = [int((len(x) - excerpt) * (i + 0.5) / count) for i in range(count)]
            for start in starts:
                pcm = common.to_pcm(x[start : start + excerpt])
                if np.abs(pcm).max() > 32:
                    name = os.path.relpath(path, folder) + f"#{start // common.RATE_HZ}"
                    yield {"path": name, "kind": "noise", "split": split, "source": source, "class": "", "pcm": pcm}


if __name__ == "__main__":
    data, work = sys.argv[1:]
    os.makedirs(f"{work}/packages", exist_ok=True)
    clips = list(recordings(data)) + list(packaged(work)) + list(score_music.clips(240, work))
    with open(f"{work}/clips.pkl", "wb") as f:
        pickle.dump(clips, f)
    minutes = {}
    for c in clips:
        key = (c["kind"], c["split"])
        minutes[key] = minutes.get(key, 0) + len(c["pcm"]) / common.RATE_HZ / 60
    print({" ".join(k): round(v, 1) for k, v in minutes.items()})
