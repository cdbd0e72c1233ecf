"""The network as PyTorch trains it; export.py tells what the core computes. Zero look-ahead, but for LOOK_AHEAD blocks."""
import torch
from torch import nn

from common import FEATURE_ONE

TAPS = 3


class RoundedWeights(torch.autograd.Function):
    """Weights as export.py rounds them (int8, a scale for each row); the gradient passes through."""

    @staticmethod
    def forward(ctx, weight):
        rows = weight.reshape(weight.shape[0], -1)
        scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
        return (torch.round(rows / scale) * scale).reshape(weight.shape)

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class SpeechNet(nn.Module):
    def __init__(self, features, channels=32, hidden=48):
        super().__init__()
        self.conv = nn.Conv1d(features, channels, TAPS)
        self.gru = nn.GRU(channels, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)
        self.rounded = False  # True: train and score with the weights that will be exported

    def forward(self, features):
        """(clips, blocks, features) int16 or float32 of the core -> (clips, blocks) logits."""
        x = features.float().div(FEATURE_ONE).transpose(1, 2)
        x = nn.functional.pad(x, (TAPS - 1, 0))
        weight = RoundedWeights.apply if self.rounded else lambda w: w
        x = torch.relu(nn.functional.conv1d(x, weight(self.conv.weight), self.conv.bias)).transpose(1, 2)
        g = self.gru
        if self.rounded:
            state = torch.zeros(1, len(x), g.hidden_size)
            weights = [weight(g.weight_ih_l0), weight(g.weight_hh_l0), g.bias_ih_l0, g.bias_hh_l0]
            x, _ = torch.gru(x, state, weights, True, 1, 0.0, self.training, False, True)
        else:
            x, _ = g(x)
        return nn.functional.linear(x, weight(self.out.weight), self.out.bias)[..., 0]


def load(path):
    state = torch.load(path)
    net = SpeechNet(state["conv.weight"].shape[1], state["conv.weight"].shape[0], state["gru.weight_hh_l0"].shape[1])
    net.load_state_dict(state)
    return net
