"""Mean-field models, in which all spins couple: Sherrington–Kirkpatrick, Curie–Weiss and the Ising p-spin."""

import math
from itertools import chain, combinations
from typing import Literal

import numpy as np

from sgq.checks import choice, generator, integer, real, recorded_seed
from sgq.models import Integers
from sgq.problem import IsingProblem, PolynomialProblem, Seed
from sgq_problems.disorder import Disorder, random_couplings

_MAX_TERMS = 10_000_000  # of three spins each: 0.3 GB


def sherrington_kirkpatrick(
    *,
    n: int,
    disorder: Disorder = "gaussian",
    mean: float = 0.0,
    variance: Literal["1/N", "1/(N-1)"] = "1/N",
    field: float = 0.0,
    seed: Seed = None,
) -> IsingProblem:
    """Draw a Sherrington–Kirkpatrick glass, H = -Σ_{i<j} J_ij s_i s_j - field Σ_i s_i [1]_.

    Parameters
    ----------
    n
        Number of spins N.
    disorder
        Shape of the distribution of J_ij: ``"gaussian"``, or ``"bimodal"``, two equal peaks at one standard
        deviation from the mean. Both have the same limit of large N.
    mean
        Ferromagnetic bias J0: the mean of J_ij is J0/N, or J0/(N-1) to go with that variance.
    variance
        Variance of J_ij. ``"1/N"`` is that of the paper; with ``"1/(N-1)"`` the squared couplings of a spin sum to
        one at every N, which makes energies lower by a factor √(N/(N-1)).
    field
        Uniform field.
    seed
        Equal seeds give equal instances.

    Raises
    ------
    ValueError
        If `n` < 2 or an option is not as above.

    References
    ----------
    .. [1] D. Sherrington, S. Kirkpatrick, Phys. Rev. Lett. 35, 1792 (1975), eqs. (1) and (2).
    """
    n = integer("n", n, 2)
    mean, field = real("mean", mean), real("field", field)
    neighbours = n if choice("variance", variance, ("1/N", "1/(N-1)")) == "1/N" else n - 1
    pairs = _all_pairs(n)
    draws = random_couplings(generator(seed), len(pairs), disorder)
    return IsingProblem(
        name="sherrington-kirkpatrick",
        parameters={"n": n, "disorder": disorder, "mean": mean, "variance": variance, "field": field},
        seed=recorded_seed(seed),
        pairs=pairs,
        couplings=mean / neighbours + draws / math.sqrt(neighbours),
        fields=np.full(n, field),
    )


def curie_weiss(*, n: int, field: float = 0.0) -> IsingProblem:
    """Build the Curie–Weiss ferromagnet, H = -(1/N) Σ_{i<j} s_i s_j - field Σ_i s_i.

    Its critical temperature is 1 for large N. The ground state is the aligned one, of energy
    -(N-1)/2 - N abs(field).

    Parameters
    ----------
    n
        Number of spins N.
    field
        Uniform field.

    Raises
    ------
    ValueError
        If `n` < 1 or `field` is not finite.
    """
    n = integer("n", n, 1)
    field = real("field", field)
    pairs = _all_pairs(n)
    return IsingProblem(
        name="curie-weiss",
        parameters={"n": n, "field": field},
        ground_energy=-(n - 1) / 2 - n * abs(field),
        pairs=pairs,
        couplings=np.full(len(pairs), 1 / n),
        fields=np.full(n, field),
    )


def p_spin(*, n: int, p: int = 3, disorder: Disorder = "gaussian", seed: Seed = None) -> PolynomialProblem:
    """Draw an Ising p-spin glass, H = -Σ_{i1<…<ip} J_{i1…ip} s_i1 … s_ip [1]_.

    Parameters
    ----------
    n
        Number of spins N.
    p
        Spins in each of the C(N, p) terms. p = 2 is the Sherrington–Kirkpatrick model.
    disorder
        Shape of the distribution of J, of mean 0 and variance p!/(2 N^(p-1)) [2]_: ``"gaussian"``, or
        ``"bimodal"``, two equal peaks at one standard deviation.
    seed
        Equal seeds give equal instances.

    Raises
    ------
    ValueError
        If `p` < 2, `n` < `p`, there are more than 10^7 terms or `disorder` is unknown.

    References
    ----------
    .. [1] B. Derrida, Phys. Rev. B 24, 2613 (1981).
    .. [2] T. Castellani, A. Cavagna, J. Stat. Mech. P05012 (2005).
    """
    p = integer("p", p, 2)
    n = integer("n", n, p)
    num_terms = math.comb(n, p)
    if num_terms > _MAX_TERMS:
        raise ValueError(f"n={n}, p={p}: {num_terms} terms, where memory allows {_MAX_TERMS}: take fewer spins")
    tuples = chain.from_iterable(combinations(range(n), p))
    draws = random_couplings(generator(seed), num_terms, disorder)
    return PolynomialProblem(
        name="p-spin",
        parameters={"n": n, "p": p, "disorder": disorder},
        seed=recorded_seed(seed),
        num_spins=n,
        indices=np.fromiter(tuples, np.int64, num_terms * p),
        starts=np.arange(0, num_terms * p + 1, p, dtype=np.int64),
        couplings=draws * math.sqrt(math.factorial(p) / (2 * n ** (p - 1))),
    )


def _all_pairs(n: int) -> Integers:
    return np.stack(np.triu_indices(n, 1), axis=1)
