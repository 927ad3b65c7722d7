"""The distribution of weighted means whose weights are drawn from gamma distributions, without drawing any.

With independent weights w of gamma distributions the mean Σ w y / Σ w z is at most t just where Σ w (y - t z)
is at most 0. With c = y - t z, and a the shape of a weight's distribution, whose scale is 1,

    P(Σ w c <= 0) = 1/(2πi) ∫ exp(g(s)) ds,  g(s) = -Σ a log(1 - s c) - log(-s)

along a line from below to above that crosses the real axis left of 0, where every 1 - s c is positive: the
inversion of the moment generating function (J. Gil-Pelaez, "Note on the inversion theorem", Biometrika 38,
1951). It crosses at the saddle of g, and bends as the descent there is steepest, so that the integrand does
not swing (H. E. Daniels, "Saddlepoint approximations in statistics", 1954; here the integral is worked out,
not approximated). A few dozen points give ten digits. `cab_core/site/static/gammas.js` does the same.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping, Sequence

# (y, z) of the units that are alike, and the sum of the shapes of their weights.
Weights = Mapping[tuple[float, float], float]

_STEP = 0.2
_HALVINGS = 7
_STEEPEST = 0.5  # the most that the path leans, as run over rise: beyond it may climb before it descends
_FEW = 2.0  # the shape of a part whose pole may be passed
_NEGLIGIBLE = 30.0  # e^-30 of what it was at the saddle
_PRECISE = 1e-10  # of the range
_EDGE = 40.0  # log odds beyond what a double can tell from 0 or 1
_MOST_STEPS = 4000

Parts = Sequence[tuple[float, float]]


def probability_below(weights: Weights, t: float) -> float:
    """Return the probability that the weighted mean Σ w y / Σ w z is at most `t`."""
    parts = [(c, a) for (y, z), a in weights.items() if (c := y - t * z)]
    if sum(a * c for c, a in parts) >= 0:
        return _at_most_zero(parts)
    return 1 - _at_most_zero([(-c, a) for c, a in parts])


def _at_most_zero(parts: Parts) -> float:
    """Return P(Σ w c <= 0), where the mean of Σ w c is not negative."""
    if all(c >= 0 for c, _ in parts):
        return 0.0
    saddle = _saddle(parts)
    length = 1 / math.sqrt(_curvature(parts, saddle)[0])
    top = _exponent(parts, complex(saddle)).real
    path = _path(parts, saddle, length)

    def height(x: float) -> float | None:
        """Return the integrand there, as a multiple of exp(top); None where nothing further on counts."""
        rise = length * math.sinh(x)
        run, lean = path(rise)
        value = _exponent(parts, saddle + complex(run, rise)) - top
        speed = length * math.cosh(x) * complex(lean, 1)
        negligible = value.real + math.log(abs(speed) / length) < -_NEGLIGIBLE
        return None if negligible else (cmath.exp(value) * speed).imag

    return math.exp(top) * _integral(height, length) / math.pi


def _path(parts: Parts, saddle: float, length: float) -> Callable[[float], tuple[float, float]]:
    """Return how far the path has run to the right of the saddle where it has risen so far, and how it leans.

    It bends as the descent from the saddle is steepest. Where a few parts with a pole next to the saddle keep
    it from where that of all others is, it runs to that one first, along the cut behind their poles.
    """
    beyond, slope = _saddle_of_others(parts, saddle)
    second, third = _curvature(parts, saddle)
    if beyond < saddle:
        far = saddle - beyond
        turn = max(1 / slope, math.sqrt(far * 6 * second / abs(third)))
        return lambda rise: (
            -far * rise * rise / (rise * rise + turn * turn),
            -2 * far * rise * turn * turn / (rise * rise + turn * turn) ** 2,
        )
    most = max(-_STEEPEST, min(_STEEPEST, length * third / (3 * second)))

    def steepest(rise: float) -> tuple[float, float]:
        root = math.sqrt(length * length + rise * rise)
        return most * (root - length), most * rise / root

    return steepest


def _saddle_of_others(parts: Parts, saddle: float) -> tuple[float, float]:
    """Return the saddle without the few parts whose poles are before it, and the slope there without them."""
    left, others = saddle, sorted(parts)
    few = min(_FEW, sum(a for _, a in parts) / 20)
    while others[0][1] <= few and len(others) > 1 and others[1][0] < 0:
        found = _saddle(others[1:])
        if found >= 1 / others[0][0]:
            break
        left, others = found, others[1:]
    slope = sum(a * c / (1 - saddle * c) for c, a in others) - 1 / saddle
    return left, slope


def _integral(height: Callable[[float], float | None], first: float) -> float:
    """Return the integral from 0, where the integrand is `first`, by the trapezoidal rule.

    The step is halved until that changes nothing: each time the error is squared, where the integrand has no
    singularity nearby.
    """
    step, before = _STEP, math.inf
    total = first / 2 + _sum(height, step, step)
    for _ in range(_HALVINGS):
        if abs(total * step - before) <= _PRECISE * first:
            break
        before = total * step
        total, step = total + _sum(height, step / 2, step), step / 2
    return total * step


def _sum(height: Callable[[float], float | None], start: float, step: float) -> float:
    total = 0.0
    for k in range(_MOST_STEPS):
        found = height(start + k * step)
        if found is None:
            break
        total += found
    return total


def _exponent(parts: Parts, s: complex) -> complex:
    return -sum(a * cmath.log(1 - s * c) for c, a in parts) - cmath.log(-s)


def _curvature(parts: Parts, s: float) -> tuple[float, float]:
    """Return the second and third derivative of the exponent."""
    turned = [(c / (1 - s * c), a) for c, a in parts]
    second = sum(a * d * d for d, a in turned) + 1 / (s * s)
    return second, 2 * sum(a * d**3 for d, a in turned) - 2 / s**3


def _saddle(parts: Parts) -> float:
    """Return where the exponent is least left of 0: Newton's method, kept within bounds by halving.

    Anywhere near will do: the integral is the same along any path.
    """
    pole = low = 1 / min(c for c, _ in parts)
    high = 0.0
    s = low / 2
    for _ in range(_MOST_STEPS):
        slope = sum(a * c / (1 - s * c) for c, a in parts) - 1 / s
        low, high = (s, high) if slope < 0 else (low, s)
        step = slope / _curvature(parts, s)[0]
        if abs(step) <= 1e-3 * min(-s, s - pole):  # next to a pole every step is short
            break
        s = s - step if low < s - step < high else (low + high) / 2
    return s


def quantile(weights: Weights, q: float, low: float, high: float) -> float:
    """Return the q-quantile of the weighted mean, which lies between `low` and `high`.

    The logarithm of the odds is nearly a straight line there, so that few steps of the rule of false position
    do (the Illinois rule: M. Dowell and P. Jarratt, "A modified regula falsi method", 1971).
    """
    aim, near = _log_odds(q), _PRECISE * (high - low)
    at_low, at_high, side = -_EDGE - aim, _EDGE - aim, 0
    while high - low > near:
        t = (low * at_high - high * at_low) / (at_high - at_low)
        t = min(max(t, low + near / 3), high - near / 3)
        value = _log_odds(probability_below(weights, t)) - aim
        if value < 0:
            at_high = at_high / 2 if side < 0 else at_high
            low, at_low, side = t, value, -1
        else:
            at_low = at_low / 2 if side > 0 else at_low
            high, at_high, side = t, value, 1
    return (low + high) / 2


def _log_odds(p: float) -> float:
    return math.log(p / (1 - p)) if 0 < p < 1 else math.copysign(_EDGE, p - 0.5)
