"""What each encoding of a formula costs: variables, couplers, range of coefficients, degeneracy, qubits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.models import Floats, QuadraticForm, Terms, terms
from sgq.problem import Problem
from sgq_problems.encodings.encoded import ENCODINGS, EncodedFormula, encode

if TYPE_CHECKING:
    import networkx

Embed = Callable[[Any, Any], Mapping[Any, Collection[Any]]]

_ENUMERABLE = 20  # variables: 10^6 configurations
_ROWS = 1 << 14


@dataclass(frozen=True)
class EncodingSize:
    """The costs of one encoding.

    Attributes
    ----------
    encoding
        Its name.
    variables
        Number of bits, ancillas included.
    couplers, higher_terms
        Number of pairs with a coefficient that is not 0, and of terms of three variables and more, in bits.
    largest, smallest
        Largest and smallest non-zero absolute coefficient in spins, fields and couplings alike, as a machine is
        programmed with them; 0 where there is none.
    ground_energy, ground_states
        Least energy and the number of configurations that have it, by enumeration; None above 20 variables.
    qubits, longest_chain
        Sites that the embedding takes, and those of its longest chain; None where no hardware was given, none was
        found, or the model is not quadratic.
    """

    encoding: str
    variables: int
    couplers: int
    higher_terms: int
    largest: float
    smallest: float
    ground_energy: float | None
    ground_states: int | None
    qubits: int | None
    longest_chain: int | None

    @property
    def range(self) -> float:
        """Largest over smallest coefficient: an analogue machine needs a precision of its inverse; 1 without any."""
        return self.largest / self.smallest if self.smallest else 1.0


def tabulate_encodings(
    problem: Problem,
    encodings: str | Iterable[str] = tuple(ENCODINGS),
    *,
    hardware: networkx.Graph | None = None,
    embed: Embed | None = None,
) -> list[EncodingSize]:
    """Compare what encodings of one problem cost.

    Parameters
    ----------
    problem
        Made of clauses, as for `encode`.
    encodings
        Names, all of them by default, or one name; one row for each, in this order.
    hardware
        The working graph of an annealer, such as ``dwave.graphs.pegasus_graph(16)``.
    embed
        ``embed(edges, hardware)`` returns {variable: its chain of sites}, empty where it finds none. That is
        ``minorminer.find_embedding`` (``pip install "sgq[dwave]"``), or
        ``functools.partial(find_embedding, random_seed=1)`` for the same numbers again. Given with `hardware`.

    Raises
    ------
    ValueError
        If only one of `hardware` and `embed` is given; as for `encode`.
    """
    if (hardware is None) != (embed is None):
        raise ValueError("hardware and embed belong together: a graph, and minorminer.find_embedding")
    names = [encodings] if isinstance(encodings, str) else encodings
    return [_size(encode(problem, name), hardware, embed) for name in names]


def _size(encoded: EncodedFormula, hardware: networkx.Graph | None, embed: Embed | None) -> EncodingSize:
    form = encoded.form
    orders = np.full(len(form.pairs), 2) if isinstance(form, QuadraticForm) else np.diff(form.starts)
    strengths = _spin_coefficients(encoded)
    energy, states = _ground_states(encoded)
    lengths = None if embed is None else _chain_lengths(encoded, hardware, embed)
    return EncodingSize(
        encoding=encoded.encoding,
        variables=encoded.num_variables,
        couplers=int((orders == 2).sum()),
        higher_terms=int((orders > 2).sum()),
        largest=float(strengths.max(initial=0)),
        smallest=float(strengths.min()) if len(strengths) else 0.0,
        ground_energy=energy,
        ground_states=states,
        qubits=sum(lengths) if lengths else None,
        longest_chain=max(lengths) if lengths else None,
    )


def _spin_coefficients(encoded: EncodedFormula) -> Floats:
    """Absolute values of what is not 0, without the offset."""
    form = encoded.form
    if isinstance(form, Terms):
        spins = terms(encoded.model.to_spin())[0]
        found = np.abs(spins.coefficients[np.diff(spins.starts) > 0])
    else:
        spins_form = form.in_spins()
        found = np.abs(np.concatenate([spins_form.fields, spins_form.couplings]))
    coefficients: Floats = found[found > form.tolerance]
    return coefficients


def _ground_states(encoded: EncodedFormula) -> tuple[float, int] | tuple[None, None]:
    n = encoded.num_variables
    if n > _ENUMERABLE:
        return None, None
    blocks = [np.arange(k, min(k + _ROWS, 1 << n)) for k in range(0, 1 << n, _ROWS)]
    rows = (((block[:, None] >> np.arange(n)) & 1).astype(np.int8) for block in blocks)
    energies = np.concatenate([encoded.form.energies(block) for block in rows])
    lowest = float(energies.min())
    return lowest, int((energies <= lowest + encoded.energy_tolerance).sum())


def _chain_lengths(encoded: EncodedFormula, hardware: Any, embed: Embed) -> list[int]:
    """Of every chain; variables without couplings take a site each."""
    form = encoded.form
    if isinstance(form, Terms):
        if (np.diff(form.starts) > 2).any():
            return []
        pairs = [members for members, _ in form.by_order() if members.shape[1] == 2]
        edges = np.concatenate([np.empty((0, 2), np.int64), *pairs])
    else:
        edges = form.pairs
    embedding = embed([tuple(edge) for edge in edges.tolist()], hardware)
    if len(edges) and not embedding:
        return []
    alone = encoded.num_variables - len(np.unique(edges))
    lengths = [len(chain) for chain in embedding.values()] + [1] * alone
    return lengths if sum(lengths) <= len(hardware) else []
