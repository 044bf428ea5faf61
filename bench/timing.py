"""Samples and what is said about them: the timed region, the wait for quiet, medians and their intervals."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

SAMPLE_SECONDS = 200e-6
SLOW_SECONDS = 0.02  # a call that takes so long needs no other before it, and few of it are enough


def elapsed(call: Callable[[], Any], repeats: int) -> float:
    """Seconds for ``repeats`` calls in a row, without the garbage collector."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        clock = time.perf_counter
        start = clock()
        for _ in repeat(None, repeats):
            call()
        return clock() - start
    finally:
        if enabled:
            gc.enable()


def repeats_for(call: Callable[[], Any], seconds: float = SAMPLE_SECONDS, first: float = 0.0) -> int:
    """How many calls make a sample of at least ``seconds``; ``first`` is what a call before this took."""
    repeats = 1
    if first >= SLOW_SECONDS and elapsed(call, 1) >= SLOW_SECONDS:
        return 1
    while True:
        # Twice, as an interruption of one would pass for a slow call.
        took = min(elapsed(call, repeats), elapsed(call, repeats))
        if took >= seconds:
            return repeats
        # A first call may be slow to warm up, so the count grows by steps and is measured again.
        repeats = min(max(2 * repeats, int(1.2 * repeats * seconds / max(took, 1e-9))), 10 * repeats)


def wait_for_quiet(patience: float = 0.03) -> None:
    """Let the threads of the contestant before go to sleep: OpenMP's spin for milliseconds after their work."""
    deadline = time.perf_counter() + patience
    while time.perf_counter() < deadline:
        busy, start = time.process_time(), time.perf_counter()
        time.sleep(5e-4)
        if time.process_time() - busy < 0.3 * (time.perf_counter() - start):
            return


@dataclass(frozen=True)
class Summary:
    """Median and quartiles of samples."""

    median: float
    low: float
    high: float
    count: int

    @property
    def wobble(self) -> float:
        """Half the width of the median's interval, as a share: McGill's notch, about 95 % for two medians."""
        return 1.57 * (self.high - self.low) / (math.sqrt(self.count) * self.median)


def summary(samples: Sequence[float]) -> Summary:
    """Summarise samples, of which there must be one at least."""
    low, median, high = np.percentile(np.asarray(samples, float), (25, 50, 75))
    return Summary(float(median), float(low), float(high), len(samples))


def geometric_mean(values: Sequence[float]) -> float:
    """The mean of ratios."""
    return float(np.exp(np.mean(np.log(np.asarray(values, float)))))


def resampled_medians(samples: Sequence[float], rng: np.random.Generator, draws: int = 400) -> np.ndarray:
    """Medians of ``draws`` bootstrap samples."""
    values = np.asarray(samples, float)
    return np.asarray(np.median(values[rng.integers(0, len(values), (draws, len(values)))], axis=1))
