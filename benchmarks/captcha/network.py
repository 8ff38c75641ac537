"""A small network for codes, with two heads on one body, and how it is trained. It needs torch.

The body sees the picture with its edges beside it: they stay where they are when ink and paper change places.
"""

import math
import time
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.captcha.lessons import CLASSES, PLACES, Lesson

_BATCH: Final = 32
_ORDER: Final = 48
_WIDE: Final = 128
_PEAK: Final = 2e-3
_RISE: Final = 0.05
"""Share of the time in which the rate of learning rises to its peak; after it, it falls to nothing as a cosine does."""


class Network(nn.Module):  # type: ignore[misc]  # nothing is known of torch's types
    """Pictures, as a lesson has them, to two statements about their codes."""

    def __init__(self) -> None:
        super().__init__()
        flat = nn.MaxPool2d((2, 1))
        self.body = nn.Sequential(
            *(*_block(3, 32, 5, 2), *_block(32, 48), nn.MaxPool2d(2), *_block(48, 64), *_block(64, 96), flat),
            *(*_block(96, 128), flat, nn.Flatten(1, 2)),
            *(nn.Conv1d(3 * 128, _WIDE, 5, padding=2, bias=False), nn.BatchNorm1d(_WIDE), nn.ReLU()),
            *(nn.Conv1d(_WIDE, _WIDE, 5, padding=2, bias=False), nn.BatchNorm1d(_WIDE), nn.ReLU(), nn.Dropout(0.2)),
        )
        self.steps = nn.Conv1d(_WIDE, CLASSES, 1)
        self.order = nn.GRU(_WIDE, _ORDER, batch_first=True, bidirectional=True)
        self.looks = nn.Linear(2 * _ORDER, PLACES)
        self.symbols = nn.Linear(_WIDE, CLASSES)
        self.to(memory_format=torch.channels_last)  # a tenth faster on a processor

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the classes at each step of the width, (n, steps, classes), and each place."""
        grey = grey.float()
        grey = (grey - grey.mean((1, 2), keepdim=True)) / (grey.std((1, 2), keepdim=True) + 1)
        across = functional.pad(grey.diff(dim=2).abs(), (0, 1))
        down = functional.pad(grey.diff(dim=1).abs(), (0, 0, 0, 1))
        seen = self.body(torch.stack((grey, across, down), 1))
        across_width = seen.transpose(1, 2)
        looked = self.looks(self.order(across_width)[0]).softmax(1).transpose(1, 2) @ across_width
        return self.steps(seen).transpose(1, 2).log_softmax(2), self.symbols(looked).log_softmax(2)


def _block(taken: int, given: int, side: int = 3, stride: int = 1) -> Sequence[nn.Module]:
    return nn.Conv2d(taken, given, side, stride, side // 2, bias=False), nn.BatchNorm2d(given), nn.ReLU()


def train(network: Network, lesson: Lesson, minutes: float) -> float:
    """Teach a lesson for so many minutes of one core (it takes longer where others have it); return how many times."""
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    network.train()
    began, taught = time.process_time(), 0
    left: list[Tensor] = []
    while (share := (time.process_time() - began) / (60 * minutes)) < 1:
        left = left or list(torch.randperm(len(lesson.codes)).split(_BATCH))
        optimizer.param_groups[0]["lr"] = _PEAK * min(share / _RISE, (1 + math.cos(math.pi * share)) / 2)
        optimizer.zero_grad()
        _wrong(network, lesson, chosen := left.pop()).backward()
        optimizer.step()
        taught += len(chosen)
    network.eval()
    return taught / len(lesson.codes)


def _wrong(network: Network, lesson: Lesson, chosen: Tensor) -> Tensor:
    """How wrong both heads are about these pictures. Where the steps are not known the code alone is asked of them."""
    grey, codes = torch.from_numpy(lesson.pictures)[chosen], torch.from_numpy(lesson.codes)[chosen]
    if lesson.steps is None:
        steps, places = network(_varied(grey))
        by_steps = _surprise(steps, codes).mean() / codes.shape[1]
    else:
        steps, places = network(grey)
        by_steps = functional.nll_loss(steps.flatten(0, 1), torch.from_numpy(lesson.steps)[chosen].flatten())
    return by_steps + functional.nll_loss(places.flatten(0, 1), codes.flatten())


def _surprise(steps: Tensor, codes: Tensor) -> Tensor:
    """How little the steps expect each code: the negative logarithm of its probability."""
    lengths = torch.full((len(steps),), steps.shape[1]), (codes > 0).sum(1)
    return functional.ctc_loss(steps.transpose(0, 1), codes, *lengths, reduction="none", zero_infinity=True)


def _varied(grey: Tensor) -> Tensor:
    """The pictures moved, turned, stretched and sheared a little; half of them inverted; with noise."""
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


def ask(network: Network, pictures: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
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
