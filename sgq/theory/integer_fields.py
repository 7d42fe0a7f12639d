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

from sgq.checks import integer, real


def integer_field_energy(alpha: float, k: int = 3) -> float:
    """Violated clauses per variable in the ground state, by this estimate.

    0 up to `integer_field_threshold`, also between the spinodal and there, where the solution with λ > 0 would have a
    negative energy.

    Parameters
    ----------
    alpha
        Clauses per variable.
    k
        Literals per clause, at least 2.
    """
    from scipy.optimize import brentq

    alpha, k = real("alpha", alpha, 0.0), integer("k", k, 2)
    if alpha <= integer_field_threshold(k):
        return 0.0
    start = _spinodal(k)[1] if k > 2 else 1e-9 * (alpha - 1)
    rate = brentq(lambda x: _alpha(x, k) - alpha, start, k * alpha, xtol=1e-13)
    return float(rate / (2 * k) * _excess(rate, k))


def integer_field_threshold(k: int = 3) -> float:
    """Clauses per variable at which the energy of this estimate becomes positive: 1, exactly, for `k` = 2.

    There e^λ = I_0(λ) + K I_1(λ); at K = 2 this has no solution but λ = 0, where α(λ) = 1 + 3 λ / 4 + … begins.
    """
    from scipy.optimize import brentq

    k = integer("k", k, 2)
    if k == 2:
        return 1.0
    return float(_alpha(brentq(lambda x: _excess(x, k), _spinodal(k)[1], (k + 1.0) ** 2, xtol=1e-13), k))


def integer_field_spinodal(k: int = 3) -> float:
    """Clauses per variable at which a solution with warnings, λ > 0, appears: the least α(λ); 1 for `k` = 2."""
    k = integer("k", k, 2)
    return 1.0 if k == 2 else _spinodal(k)[0]


def _spinodal(k: int) -> tuple[float, float]:
    """The least α, and the λ where it is."""
    from scipy.optimize import minimize_scalar

    least = minimize_scalar(_alpha, bounds=(1e-3, (k + 1.0) ** 2), args=(k,), method="bounded", options={"xatol": 1e-9})
    return float(least.fun), float(least.x)


def _alpha(rate: float, k: int) -> float:
    from scipy.special import ive

    return float(rate / (k * ((1 - ive(0, rate)) / 2) ** (k - 1)))


def _excess(rate: float, k: int) -> float:
    from scipy.special import ive

    return float(1 - ive(0, rate) - k * ive(1, rate))
