"""A small network for codes, with two heads on one body, and how it is trained. It needs torch.

The body sees the picture with its edges beside it: they stay where they are when ink and paper change places.
"""

import time
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

_BATCH: Final = 64
_STEPS: Final = 32
_WIDE: Final = 128
_PEAK: Final = 2e-3
_RISE: Final = 0.05
"""Share of the time in which the rate of learning rises to its peak; after it, it falls to nothing as a cosine does."""


class Network(nn.Module):  # type: ignore[misc]  # nothing is known of torch's types
    """Grey pictures (n, 48, 128), as bytes, to two statements about their codes.

    Args:
        classes: symbols of the alphabet, and "none", which is 0.
        places: symbols of the longest code.
    """

    def __init__(self, classes: int, places: int) -> None:
        super().__init__()
        flat = nn.MaxPool2d((2, 1))
        self.body = nn.Sequential(
            *(*_block(3, 32, 5, 2), *_block(32, 48), nn.MaxPool2d(2), *_block(48, 64), *_block(64, 96), flat),
            *(*_block(96, 128), flat, nn.Flatten(1, 2)),
            *(nn.Conv1d(3 * 128, _WIDE, 5, padding=2, bias=False), nn.BatchNorm1d(_WIDE), nn.ReLU()),
            *(nn.Conv1d(_WIDE, _WIDE, 5, padding=2, bias=False), nn.BatchNorm1d(_WIDE), nn.ReLU(), nn.Dropout(0.2)),
        )
        self.steps = nn.Conv1d(_WIDE, classes, 1)
        self.looks = nn.Conv1d(_WIDE, places, 1)
        self.where = nn.Parameter(torch.zeros(places, _STEPS))
        self.symbols = nn.Linear(_WIDE, classes)
        self.to(memory_format=torch.channels_last)  # a tenth faster on a processor

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the classes at each step of the width (n, 32, classes), and at each place."""
        grey = grey.float()
        grey = (grey - grey.mean((1, 2), keepdim=True)) / (grey.std((1, 2), keepdim=True) + 1)
        across = functional.pad(grey.diff(dim=2).abs(), (0, 1))
        down = functional.pad(grey.diff(dim=1).abs(), (0, 0, 0, 1))
        seen = self.body(torch.stack((grey, across, down), 1))
        looked = (self.looks(seen) + self.where).softmax(2) @ seen.transpose(1, 2)
        return self.steps(seen).transpose(1, 2).log_softmax(2), self.symbols(looked).log_softmax(2)


def _block(taken: int, given: int, side: int = 3, stride: int = 1) -> Sequence[nn.Module]:
    return nn.Conv2d(taken, given, side, stride, side // 2, bias=False), nn.BatchNorm2d(given), nn.ReLU()


def train(network: Network, pictures: NDArray[np.uint8], codes: NDArray[np.int64], minutes: float) -> float:
    """Teach these pictures for so many minutes of the processor; return how often each was seen.

    Args:
        network: changed in place.
        pictures: (n, 48, 128).
        codes: (n, places), 0 after the end of a code.
        minutes: of one core, so it takes longer where others have it.
    """
    known, wanted = torch.from_numpy(pictures), torch.from_numpy(codes)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    network.train()
    began, seen = time.process_time(), 0
    while (share := (time.process_time() - began) / (60 * minutes)) < 1:
        if seen % (len(known) // _BATCH) == 0:
            order = torch.randperm(len(known)).split(_BATCH)
        chosen = order[seen % (len(known) // _BATCH)]
        optimizer.param_groups[0]["lr"] = _PEAK * min(share / _RISE, (1 + np.cos(np.pi * share)) / 2)
        optimizer.zero_grad()
        _loss(network(_varied(known[chosen])), wanted[chosen]).backward()
        optimizer.step()
        seen += 1
    network.eval()
    return seen * _BATCH / len(known)


def _loss(said: tuple[Tensor, Tensor], codes: Tensor) -> Tensor:
    steps, places = said
    return _surprise(steps, codes).mean() / codes.shape[1] + functional.nll_loss(places.flatten(0, 1), codes.flatten())


def _surprise(steps: Tensor, codes: Tensor) -> Tensor:
    """How little the steps expect each code: the negative logarithm of its probability."""
    lengths = torch.full((len(steps),), steps.shape[1]), (codes > 0).sum(1)
    return functional.ctc_loss(steps.transpose(0, 1), codes, *lengths, reduction="none", zero_infinity=True)


def _varied(grey: Tensor) -> Tensor:
    """The pictures moved, turned, stretched and sheared a little; half of them inverted; contrasts changed."""
    count = len(grey)

    def spread(most: float) -> Tensor:
        return (2 * torch.rand(count) - 1) * most

    across = torch.stack((1 + spread(0.12), spread(0.06), spread(0.1)), 1)
    down = torch.stack((spread(0.15), 1 + spread(0.12), spread(0.12)), 1)
    grid = functional.affine_grid(torch.stack((across, down), 1), [count, 1, *grey.shape[1:]], align_corners=False)
    drawn = grey[:, None].float() - 128
    moved = functional.grid_sample(drawn, grid, padding_mode="border", align_corners=False)[:, 0]
    sign = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    return moved * sign[:, None, None] + torch.randn_like(moved) * 30 * torch.rand(count, 1, 1)


def read(network: Network, pictures: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the two heads say of these pictures, as `forward` gives it."""
    with torch.inference_mode():
        said = [network(some) for some in torch.from_numpy(pictures).split(_BATCH)]
        steps, places = (torch.cat(part).numpy() for part in zip(*said, strict=True))
    return steps, places


def likely(said: tuple[NDArray[np.float32], NDArray[np.float32]], codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """The logarithm of the probability that both heads give each of these codes."""
    steps, places = map(torch.from_numpy, said)
    wanted = torch.from_numpy(codes)
    both: NDArray[np.float32] = (places.gather(2, wanted[:, :, None]).sum((1, 2)) - _surprise(steps, wanted)).numpy()
    return both
