#!/usr/bin/python3
"""Training mixtures: 16 s of speech, noises, a room, a line, a level; as features and labels.

    mix.py WORK COUNT SEED OUT.npz

The mixtures of a seed are always the same. 2,250 of them are 10 hours.
"""
import io
import os
import sys

import numpy as np
import soundfile
from scipy import signal

import common
from common import BLOCK, QUIET, RATE_HZ, RATHER_QUIET, SPEECH, as_float
from synthetic import Synthetic

SECONDS = 16
# Continuous speech outweighs isolated words.
SPEECH_WEIGHT = {"librispeech": 3.0, "watson": 4.0, "fillets-ng": 1.2, "asterisk": 2.0, "pv-intent": 0.8, "pv-wake": 0.5,
                 "mycroft-precise": 0.8, "ktuberling": 0.8, "klettres": 0.8, "audio-cmn": 0.6, "kerstin": 0.8, "ljspeech": 1.5}


def blocks(x):
    return x[: len(x) // BLOCK * BLOCK].reshape(-1, BLOCK)


class Mixer:
    def __init__(self, clips, seed):
        self.clips = clips
        self.g = np.random.default_rng(seed)
        self.samples = SECONDS * RATE_HZ
        self.synthetic = Synthetic(self.g, self.samples)
        weight = [SPEECH_WEIGHT.get(c["source"], 1) * min(len(c["pcm"]) / RATE_HZ, 20) for c in clips["speech"]]
        self.speech_weight = np.array(weight) / sum(weight)
        self.by_source = {}
        for c in clips["noise"]:
            self.by_source.setdefault(c["source"], []).append(c)
        self.sources = list(self.by_source)
        minutes = [sum(len(c["pcm"]) for c in v) / RATE_HZ / 60 for v in self.by_source.values()]
        weight = np.minimum(minutes, 15) ** 0.6
        self.source_weight = weight / weight.sum()

    def uniform(self, a, b):
        return self.g.uniform(a, b)

    def chance(self, share):
        return self.g.random() < share

    # Sources

    def speech(self):
        clip = self.clips["speech"][self.g.choice(len(self.speech_weight), p=self.speech_weight)]
        x, labels = as_float(clip["pcm"]), clip["labels"]
        n = len(labels)
        start, count = 0, n
        if n > 1000 and self.chance(0.8):
            count = int(self.g.integers(300, 1000))
            start = int(self.g.integers(0, n - count))
        x, labels = x[start * BLOCK : (start + count) * BLOCK], labels[start : start + count].copy()
        return self.resampled(x, labels) if self.chance(0.4) else (x, labels)

    def resampled(self, x, labels):
        """Faster and higher, or slower and lower: another speaker."""
        factor = self.uniform(0.86, 1.16)
        n = int(len(x) / factor)
        y = np.interp(np.arange(n) * factor, np.arange(len(x)), x).astype(np.float32)
        count = n // BLOCK
        from_block = np.minimum((np.arange(count) * factor).astype(int), len(labels) - 1)
        return y[: count * BLOCK], labels[from_block]

    def layout(self):
        """Clips of speech with silences between; sometimes none at all."""
        x = np.zeros(self.samples, np.float32)
        labels = np.zeros(self.samples // BLOCK, np.int8)
        at = int(self.uniform(0, 3) * 100) if self.chance(0.85) else 0
        if self.chance(0.13):
            return x, labels
        while at < len(labels) - 20:
            y, l = self.speech()
            spoken = l == SPEECH
            if spoken.sum() < 5:
                continue
            level = 0.05 / common.rms(blocks(y)[spoken]) * 10 ** (self.g.normal(0, 3.5) / 20)
            count = min(len(l), len(labels) - at)
            fade = np.ones(count * BLOCK, np.float32)
            edge = min(80, count * 80)
            fade[:edge] = np.linspace(0, 1, edge)
            fade[-edge:] = np.linspace(1, 0, edge)
            x[at * BLOCK : (at + count) * BLOCK] += y[: count * BLOCK] * level * fade
            labels[at : at + count] = l[:count]
            at += count + int((self.uniform(0, 1) if self.chance(0.5) else self.uniform(0, 4)) * 100)
        return x, labels

    def noise(self):
        """A noise of RMS 1 (over its audible part) and its source."""
        if self.chance(0.22):
            return self.synthetic(), "synthetic"
        source = self.sources[self.g.choice(len(self.sources), p=self.source_weight)]
        clips = self.by_source[source]
        x = as_float(clips[self.g.integers(len(clips))]["pcm"])
        n = self.samples
        y = np.zeros(n, np.float32)
        if len(x) >= n:
            start = int(self.g.integers(0, len(x) - n + 1))
            y[:] = x[start : start + n]
        else:
            pauses, at = self.chance(0.5), 0
            while at < n:
                count = min(len(x), n - at)
                y[at : at + count] = x[:count]
                at += count + (int(self.uniform(0, 3) * RATE_HZ) if pauses else 0)
        if self.chance(0.4):
            y = np.interp(np.arange(n) * self.uniform(0.75, 1.3) % (n - 1), np.arange(n), y).astype(np.float32)
        if self.chance(0.1):
            y = y[::-1].copy()
        energy = (blocks(y) ** 2).mean(1)
        audible = energy[energy > energy.max() * 1e-4]
        if len(audible) == 0:
            return self.synthetic(), "synthetic"
        return y / np.sqrt(audible.mean()), source

    def babble(self):
        y = np.zeros(self.samples, np.float32)
        for _ in range(int(self.g.integers(4, 10))):
            at = -int(self.uniform(0, 3) * RATE_HZ)
            while at < self.samples:
                z, _ = self.speech()
                if self.chance(0.3):
                    z = z[::-1]
                z = z / common.rms(z) * 10 ** (self.uniform(-6, 3) / 20)
                a, b = max(at, 0), min(at + len(z), self.samples)
                if b > a:
                    y[a:b] += z[a - at : b - at]
                at += len(z)
        if self.chance(0.6):
            y = self.reverberated(y, np.zeros(self.samples // BLOCK, np.int8))
        return y / common.rms(y)

    # What happens on the way

    def reverberated(self, x, labels):
        rooms = self.clips["rir"]
        room = as_float(rooms[self.g.integers(len(rooms))]["pcm"])
        room = room[max(0, int(np.abs(room).argmax()) - 8) :]
        room = room / np.sqrt((room**2).sum())
        if self.chance(0.5):
            room[200:] *= 10 ** (self.uniform(-12, 3) / 20)  # nearer or farther
        for end in np.where((labels[:-1] == SPEECH) & (labels[1:] != SPEECH))[0]:
            tail = labels[end + 1 : end + 9]
            tail[tail == QUIET] = RATHER_QUIET
        return signal.fftconvolve(x, room)[: len(x)].astype(np.float32)

    def equalised(self, x):
        if self.chance(0.6):
            x = signal.lfilter([1, self.uniform(-0.6, 0.6)], [1], x)
        if self.chance(0.4):  # a bell
            w, gain = 2 * np.pi * self.uniform(100, 6000) / RATE_HZ, 10 ** (self.uniform(-9, 9) / 40)
            alpha, c = np.sin(w) / 2 / self.uniform(0.4, 2), -2 * np.cos(w)
            x = signal.lfilter([1 + alpha * gain, c, 1 - alpha * gain], [1 + alpha / gain, c, 1 - alpha / gain], x)
        if self.chance(0.35):
            x = signal.sosfilt(signal.butter(2, self.uniform(40, 250), "high", fs=RATE_HZ, output="sos"), x)
        return x.astype(np.float32)

    def companded(self, x):
        """G.711: mu-law or A-law, as their formulas say."""
        x = np.clip(x * self.uniform(0.7, 1.4), -1, 1)
        if self.chance(0.6):
            y = np.round(np.log1p(255 * np.abs(x)) / np.log(256) * 127) / 127
            return np.sign(x) * (256**y - 1) / 255
        a = 87.6
        scale = 1 + np.log(a)
        y = np.where(np.abs(x) < 1 / a, a * np.abs(x) / scale, (1 + np.log(np.maximum(a * np.abs(x), 1))) / scale)
        y = np.round(y * 127) / 127
        return np.sign(x) * np.where(y < 1 / scale, y * scale / a, np.exp(y * scale - 1) / a)

    def coded(self, x, rate_hz, kind, subtype):
        data = io.BytesIO()
        soundfile.write(data, np.clip(x, -1, 1), rate_hz, format=kind, subtype=subtype)
        data.seek(0)
        y, rate = soundfile.read(data)
        if rate != rate_hz:
            y = signal.resample_poly(y, rate_hz, rate)
        return np.concatenate([y, np.zeros(len(x))])[: len(x)]

    def telephone(self, x):
        y = signal.resample_poly(x, 1, 2)
        if self.chance(0.7):
            band = [self.uniform(150, 300), self.uniform(3300, 3600)]
            y = signal.sosfilt(signal.butter(4, band, "band", fs=8000, output="sos"), y)
        kind = self.g.random()
        if kind < 0.6:
            y = self.companded(y)
        elif kind < 0.75:
            y = self.coded(y, 8000, "WAV", "GSM610")
        if self.chance(0.1):  # a client that only repeats samples
            return np.repeat(y, 2)[: len(x)]
        return signal.resample_poly(y, 2, 1)[: len(x)]

    def through_a_line(self, x):
        kind = self.g.random()
        if kind < 0.20:
            x = self.telephone(x)
        elif kind < 0.35:
            cut = self.uniform(2500, 7500)
            x = signal.sosfilt(signal.butter(int(self.g.integers(2, 8)), cut, "low", fs=RATE_HZ, output="sos"), x)
        elif kind < 0.42:
            x = self.coded(x, RATE_HZ, "OGG", "OPUS" if self.chance(0.6) else "VORBIS")
        if self.chance(0.06):  # lost packets of 20 ms
            lost = np.repeat(self.g.random(len(x) // 320) < self.uniform(0.005, 0.05), 320)
            x = x * ~lost
        return x.astype(np.float32)

    def levelled(self, x):
        x = x * (10 ** (self.uniform(-54, -12) / 20) / common.rms(x))
        if self.chance(0.08):
            x = x * self.uniform(2, 10)  # clips
        if self.chance(0.1):
            x = x + self.uniform(-0.03, 0.03)
        if self.chance(0.15):  # somebody moves a fader
            x[int(self.uniform(0, self.samples)) :] *= 10 ** (self.uniform(-12, 12) / 20)
        return x

    def example(self):
        x, labels = self.layout()
        spoken = labels == SPEECH
        if self.chance(0.35):
            x = self.reverberated(x, labels)
        x = self.equalised(x)
        level = common.rms(blocks(x)[spoken]) if spoken.any() else 0.05
        x = x + self.backgrounds(level, spoken.any())
        x = self.through_a_line(x)
        if self.chance(0.08):  # a noise gate between words
            x = x * np.maximum(np.repeat((labels != QUIET).astype(np.float32), BLOCK), self.g.choice([0, 0.01, 0.1]))
        pcm = common.to_pcm(self.levelled(x))
        if self.chance(0.05):  # nothing at all until the microphone opens
            until = int(self.uniform(0, len(labels)))
            pcm[: until * BLOCK] = 0
            before = labels[:until]
            before[before != QUIET] = RATHER_QUIET
        return common.features(pcm), labels

    def backgrounds(self, level, with_speech):
        kind = self.g.random()
        count = 0 if kind < 0.12 else 1 if kind < 0.62 else 2 if kind < 0.9 else 3
        if not with_speech:
            count = max(count, 1)
        y = np.zeros(self.samples, np.float32)
        for _ in range(count):
            z, source = self.noise()
            snr_db = self.uniform(-5, 30) if self.chance(0.7) else self.uniform(0, 15)
            if "babble" in source:
                snr_db = max(snr_db, 8)
            y += z * level * 10 ** (-snr_db / 20)
        if self.chance(0.1) and with_speech:
            y += self.babble() * level * 10 ** (-self.uniform(6, 22) / 20)
        if self.chance(0.3):
            y = self.equalised(y)
        if self.chance(0.85):  # no microphone is silent
            y += self.synthetic.coloured(self.uniform(0, 1.6)) * level * 10 ** (-self.uniform(28, 65) / 20)
        return y


if __name__ == "__main__":
    work, count, seed, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    mixer = Mixer(common.load_clips(work, "train"), seed)
    examples = [mixer.example() for _ in range(count)]
    np.savez(out + ".tmp.npz", features=np.stack([f for f, _ in examples]), labels=np.stack([l for _, l in examples]))
    os.rename(out + ".tmp.npz", out)
