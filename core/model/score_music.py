"""Music without a voice, as much as wanted: random scores played by fluidsynth with the instruments of a sound font."""
import os
import subprocess

import mido
import numpy as np
import soundfile

import common

SOUND_FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"  # fluid-soundfont-gm, MIT licence
SINGERS = {52, 53, 54, 85, 91}  # choirs and voices of General MIDI
INSTRUMENTS = [i for i in range(112) if i not in SINGERS]
SCALES = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 4, 7, 9], [0, 3, 5, 6, 7, 10], [0, 2, 3, 5, 7, 9, 10]]
SECONDS = 24
BEAT_CHOICES = [0.25, 0.5, 1, 1.5, 2, 4]
BEAT_WEIGHTS = [0.15, 0.4, 0.25, 0.08, 0.08, 0.04]


def part(g, channel, beats, scale, root):
    """A line of notes or chords on one instrument: (beat, message)."""
    events = [(0.0, mido.Message("program_change", channel=channel, program=int(g.choice(INSTRUMENTS))))]
    chords = g.random() < 0.25
    octave = int(g.integers(0, 3)) * 12
    degree, velocity, rest = int(g.integers(0, 7)), int(g.integers(50, 115)), g.uniform(0, 0.35)
    at = 0.0
    while at < beats:
        length = float(g.choice(BEAT_CHOICES, p=BEAT_WEIGHTS))
        hold = length * g.uniform(0.4, 1.2)
        if g.random() > rest:
            degree = int(np.clip(degree + g.integers(-2, 3), -7, 14))
            for d in (degree, degree + 2, degree + 4) if chords else (degree,):
                note = int(np.clip(root + octave + scale[d % len(scale)] + 12 * (d // len(scale)), 24, 100))
                loud = int(np.clip(velocity + g.integers(-15, 16), 20, 127))
                events.append((at, mido.Message("note_on", channel=channel, note=note, velocity=loud)))
                events.append((at + hold, mido.Message("note_off", channel=channel, note=note)))
            if g.random() < 0.1:  # vibrato
                for k in range(8):
                    bend = int(1500 * np.sin(k))
                    events.append((at + hold * k / 8, mido.Message("pitchwheel", channel=channel, pitch=bend)))
        at += length
    return events


def drums(g, beats):
    events = []
    for half in range(beats * 2):
        for note, share in ((36, 0.4), (38, 0.25), (42, 0.7), (46, 0.1), (49, 0.03)):
            if g.random() < share:
                hit = mido.Message("note_on", channel=9, note=note, velocity=int(g.integers(50, 120)))
                events += [(half / 2, hit), (half / 2 + 0.2, mido.Message("note_off", channel=9, note=note))]
    return events


def score(seed):
    g = np.random.default_rng(1000 + seed)
    tempo = g.uniform(55, 170)
    beats = int(SECONDS * tempo / 60)
    scale, root = SCALES[g.integers(len(SCALES))], int(g.integers(36, 60))
    solo = g.random() < 0.45
    events = []
    for k in range(1 if solo else int(g.integers(2, 5))):
        events += part(g, k, beats, scale, root)
    if not solo and g.random() < 0.6:
        events += drums(g, beats)
    events.sort(key=lambda e: e[0])
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo))])
    file.tracks.append(track)
    last = 0
    for at, message in events:
        track.append(message.copy(time=int(at * 480) - last))
        last = int(at * 480)
    return file


def clips(count, work):
    """`count` clips of 24 s, every tenth of them for judging only."""
    midi, wav = f"{work}/score.mid", f"{work}/score.wav"
    for seed in range(count):
        score(seed).save(midi)
        subprocess.run(["fluidsynth", "-niq", "-g", "0.6", "-r", str(common.RATE_HZ), "-T", "wav", "-F", wav, SOUND_FONT, midi],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        x, _ = soundfile.read(wav, dtype="float32", always_2d=True)
        x = x.mean(1)[: SECONDS * common.RATE_HZ]
        os.remove(wav)
        if np.abs(x).max() > 1e-3:
            yield {"path": f"score/{seed}", "kind": "noise", "split": "train" if seed % 10 else "test", "source": "score-music",
                   "class": "music", "pcm": common.to_pcm(x / max(1.0, np.abs(x).max()))}
    os.remove(midi)
