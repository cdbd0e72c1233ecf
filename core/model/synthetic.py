"""Noises that are cheap to make: coloured noise, hum, tones, clicks, breath and rustle, melodies and DTMF."""
import numpy as np
from scipy import signal

from common import RATE_HZ, rms


class Synthetic:
    def __init__(self, generator, samples):
        self.g = generator
        self.n = samples
        self.t = np.arange(samples) / RATE_HZ
        self.kinds = [self.steady] * 4 + [self.hum, self.tones, self.clicks, self.bursts, self.melody]

    def __call__(self):
        y = np.asarray(self.kinds[self.g.integers(len(self.kinds))](), np.float32)
        return y / rms(y)

    def uniform(self, a, b):
        return self.g.uniform(a, b)

    def chance(self, share):
        return self.g.random() < share

    def coloured(self, slope):
        """Noise of RMS 1 whose power falls with the `slope`-th power of the frequency (0 white, 1 pink, 2 brown)."""
        bins = self.n // 2 + 1
        f = np.maximum(np.arange(bins), 1.0) / self.n
        z = (self.g.normal(size=bins) + 1j * self.g.normal(size=bins)) * f ** (-slope / 2)
        y = np.fft.irfft(z, self.n)
        return (y / rms(y)).astype(np.float32)

    def steady(self):
        y = self.coloured([0, 1, 2, self.uniform(-0.5, 2)][self.g.integers(4)])
        if self.chance(0.2):
            y = y * (1 + self.uniform(0, 0.9) * np.sin(2 * np.pi * self.uniform(0.1, 4) * self.t + self.uniform(0, 6)))
        return y

    def hum(self):
        mains = (50 if self.chance(0.5) else 60) * self.uniform(0.99, 1.01)
        harmonics = range(1, int(self.g.integers(2, 30)))
        return sum(self.uniform(0, 1) / h ** self.uniform(0, 1.5) * np.sin(2 * np.pi * mains * h * self.t + self.uniform(0, 6))
                   for h in harmonics)

    def tones(self):
        y = sum(self.uniform(0.1, 1) * np.sin(2 * np.pi * self.uniform(80, 7000) * self.t + self.uniform(0, 6))
                for _ in range(int(self.g.integers(1, 4))))
        if self.chance(0.5):
            y = y * (signal.square(2 * np.pi * self.uniform(0.3, 6) * self.t, duty=self.uniform(0.2, 0.8)) > 0)
        return y

    def clicks(self):
        y = np.zeros(self.n)
        for at in self.g.integers(0, self.n - 400, int(self.uniform(1, 12) * self.n / RATE_HZ)):
            length = int(self.uniform(4, 300))
            decay = np.exp(-np.arange(length) / (length * self.uniform(0.1, 0.5)))
            y[at : at + length] += self.g.normal(size=length) * decay * self.uniform(0.2, 1)
        return y

    def bursts(self):
        """Breath, puffs, rustle."""
        y = np.zeros(self.n)
        noise = self.coloured(self.uniform(0, 2))
        at = 0
        while at < self.n - 8000:
            length = min(int(self.uniform(0.08, 1.2) * RATE_HZ), self.n - at)
            shape = signal.windows.tukey(length, self.uniform(0.3, 1))
            y[at : at + length] += noise[at : at + length] * shape * self.uniform(0.2, 1)
            at += length + int(self.uniform(0.05, 2.5) * RATE_HZ)
        if self.chance(0.6):
            band = [self.uniform(150, 1500), self.uniform(1600, 7000)]
            y = signal.sosfilt(signal.butter(2, band, "band", fs=RATE_HZ, output="sos"), y)
        return y

    def melody(self):
        """Tones with harmonics one after another, or DTMF; now and then as square waves."""
        y = np.zeros(self.n)
        squared = self.chance(0.3)
        at = 0
        while at < self.n:
            length = min(int(self.uniform(0.04, 0.5) * RATE_HZ), self.n - at)
            t = np.arange(length) / RATE_HZ
            if self.chance(0.5):
                low, high = self.g.choice([697, 770, 852, 941]), self.g.choice([1209, 1336, 1477])
                z = np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)
            else:
                f = self.uniform(120, 2500)
                z = sum(np.sin(2 * np.pi * f * h * t) / h ** self.uniform(0.8, 2) for h in range(1, int(self.g.integers(2, 8))))
            y[at : at + length] = np.sign(z) if squared else z
            at += length + int(self.uniform(0, 0.6) * RATE_HZ * self.chance(0.7))
        return y
