"""The distribution of weighted means whose weights are drawn from gamma distributions, without drawing any.

With independent weights w of gamma distributions the mean Σ w y / Σ w z is at most t just where Σ w (y - t z)
is at most 0. With c = y - t z, and a the shape of a weight's distribution, whose scale is 1,

    P(Σ w c <= 0) = 1/(2πi) ∫ exp(g(s)) ds,  g(s) = -Σ a log(1 - s c) - log(-s)

along a line from below to above that crosses the real axis left of 0, where every 1 - s c is positive: the
inversion of the moment generating function (J. Gil-Pelaez, "Note on the inversion theorem", Biometrika 38,
1951). It crosses at the saddle of g, and bends as the descent there is steepest, so that the integrand does
not swing (H. E. Daniels, "Saddlepoint approximations in statistics", 1954; here the integral is worked out,
not approximated). Two dozen points give ten digits. `cab_core/site/static/gammas.js` does the same.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping, Sequence

# (y, z) of the units that are alike, and the sum of the shapes of their weights.
Weights = Mapping[tuple[float, float], float]

_STEP = 0.15
_STEEPEST = 1.5  # the most that the path leans, as run over rise
_NEGLIGIBLE = 30.0  # e^-30 of what it was at the saddle
_PRECISE = 1e-10  # of the range
_EDGE = 40.0  # log odds beyond what a double can tell from 0 or 1
_MOST_STEPS = 200

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
    bend, twist = _curvature(parts, saddle)
    length = 1 / math.sqrt(bend)
    lean = max(-_STEEPEST, min(_STEEPEST, length * twist / (3 * bend)))
    top = _exponent(parts, complex(saddle)).real
    total = length / 2
    for k in range(1, _MOST_STEPS):
        x = k * _STEP
        path = length * complex(lean * (math.cosh(x) - 1), math.sinh(x))
        speed = length * complex(lean * math.sinh(x), math.cosh(x))
        value = _exponent(parts, saddle + path) - top
        if value.real + math.log(abs(speed) / length) < -_NEGLIGIBLE:
            break
        total += (cmath.exp(value) * speed).imag
    return math.exp(top) * _STEP * total / math.pi


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
    low, high = 1 / min(c for c, _ in parts), 0.0
    s = low / 2
    for _ in range(_MOST_STEPS):
        slope = sum(a * c / (1 - s * c) for c, a in parts) - 1 / s
        low, high = (s, high) if slope < 0 else (low, s)
        step = slope / _curvature(parts, s)[0]
        if abs(step) <= -1e-3 * s:
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
