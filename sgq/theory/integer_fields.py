"""Random K-SAT at zero temperature, replica symmetric with integer fields: the simplest estimate of its threshold.

Clauses warn variables: a clause sends a warning when its other K - 1 variables are all forced against it. If a warning
comes with probability η, a variable gets Poisson numbers p and m, each of mean λ/2, λ = K α η, of warnings for true
and for false, and follows the sign of h = p - m, whose distribution is P(h) = e^-λ I_h(λ) (Skellam). It is forced
against a clause with probability π = P(h < 0) = (1 - e^-λ I_0(λ)) / 2, and the estimate closes by η = π^(K-1):

    α(λ) = λ / (K π^(K-1)).

The Bethe energy per variable is that of the variables, E min(p, m) = (λ - E|h|) / 2 with
E|h| = λ e^-λ (I_0 + I_1), plus that of the clauses, α π^K, less that of the edges, K α η π:

    e = (λ / 2K) (1 - e^-λ (I_0(λ) + K I_1(λ))).

R. Monasson, R. Zecchina, Phys. Rev. Lett. 76, 3881 (1996) and Phys. Rev. E 56, 1357 (1997). It is exact for K = 2 and
an estimate above, which for K ≥ 4 lies beyond the rigorous bound of `first_moment_threshold`: replica symmetry is
broken. `sgq.theory.surveys` has the better theory.
"""

from __future__ import annotations

import math

from sgq.checks import integer, real

_SMALL = 0.1  # λ, up to which eleven terms of the power series are exact
_LARGE = 1e9  # λ, up to which scipy's Bessel functions are defined


def integer_field_energy(alpha: float, k: int = 3) -> float:
    """Violated clauses per variable in the ground state, by this estimate.

    0 up to `integer_field_threshold`, also between the spinodal and there, where the solution with λ > 0 would have a
    negative energy.

    Parameters
    ----------
    alpha
        Clauses per variable, at most 2^(k-1) 10^9 / k: there Bessel functions end, and the energy is α / 2^k to 10^-4.
    k
        Literals per clause, from 2 to 300.
    """
    from scipy.optimize import brentq

    k = integer("k", k, 2, 300)
    alpha = real("alpha", alpha, 0.0, 2.0 ** (k - 1) * _LARGE / k)
    if alpha <= integer_field_threshold(k):
        return 0.0
    start = _spinodal(k)[1] if k > 2 else min(alpha - 1, _SMALL)  # α(λ) is below 1 + λ there
    most = 2.0 ** (1 - k) * k * alpha  # π is below 1/2
    rate = brentq(lambda x: _alpha(x, k) - alpha, start, most, xtol=1e-16)
    return float(rate / (2 * k) * _excess(rate, k))


def integer_field_threshold(k: int = 3) -> float:
    """Clauses per variable at which the energy of this estimate becomes positive: 1, exactly, for `k` = 2.

    There e^λ = I_0(λ) + K I_1(λ); at K = 2 this has no solution but λ = 0, where α(λ) = 1 + 3 λ / 4 + … begins.
    """
    from scipy.optimize import brentq

    k = integer("k", k, 2, 300)
    if k == 2:
        return 1.0
    return float(_alpha(brentq(lambda x: _excess(x, k), _spinodal(k)[1], (k + 1.0) ** 2, xtol=1e-13), k))


def integer_field_spinodal(k: int = 3) -> float:
    """Clauses per variable at which a solution with warnings, λ > 0, appears: the least α(λ); 1 for `k` = 2."""
    k = integer("k", k, 2, 300)
    return 1.0 if k == 2 else _spinodal(k)[0]


def _spinodal(k: int) -> tuple[float, float]:
    """The least α, and the λ where it is."""
    from scipy.optimize import minimize_scalar

    least = minimize_scalar(_alpha, bounds=(1e-3, (k + 1.0) ** 2), args=(k,), method="bounded", options={"xatol": 1e-9})
    return float(least.fun), float(least.x)


def _alpha(rate: float, k: int) -> float:
    from scipy.special import ive

    forced = 1 - ive(0, rate) if rate > _SMALL else _series(rate, 0)
    return float(rate / (k * (forced / 2) ** (k - 1)))


def _excess(rate: float, k: int) -> float:
    from scipy.special import ive

    return float(1 - ive(0, rate) - k * ive(1, rate)) if rate > _SMALL else _series(rate, k)


def _series(rate: float, k: int) -> float:
    """1 - e^-λ (I_0 + k I_1) where it is a small difference.

    With a_n = (2n)! / (n!^3 2^n), e^-λ I_0 is the sum of a_n (-λ)^n [1]_ and e^-λ I_1 that of -n / (n + 1) times as
    much, as I_0' = I_1 and (n + 1) a_(n+1) = (2n + 1) / (n + 1) a_n show.

    References
    ----------
    .. [1] M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, equations 13.6.3 and 13.1.2.
    """
    terms = (math.comb(2 * n, n) / math.factorial(n) * (-rate / 2) ** n * (k * n / (n + 1) - 1) for n in range(1, 12))
    return math.fsum(terms)
