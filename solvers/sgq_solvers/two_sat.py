"""2-SAT in linear time, by the strong components of the implication graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.problem import Problem
from sgq_solvers.clauses import clauses_of

if TYPE_CHECKING:
    import dimod


class TwoSATSolver:
    """Decides formulas whose clauses have one literal or two, in time proportional to their size.

    A formula has no solution exactly if some variable implies its negation and is implied by it. Otherwise a variable
    is true where it stands behind its negation in an order along the implications [1]_.

    References
    ----------
    .. [1] B. Aspvall, M. F. Plass, R. E. Tarjan, Information Processing Letters 8, 121 (1979).
    """

    @property
    def parameters(self) -> dict[str, list[str]]:
        """None: there is nothing to choose."""
        return {}

    def warm_up(self, problem: Problem) -> None:
        """Import and compile, by solving the problem once."""
        self.sample_problem(problem)

    def sample_problem(self, problem: Problem) -> dimod.SampleSet:
        """Decide whether all clauses can be satisfied.

        Parameters
        ----------
        problem
            A problem with arrays `literals` and `starts`, such as `k-sat` with k = 2; unit clauses are allowed.

        Returns
        -------
        dimod.SampleSet
            One row, the solution in bits, or no row where there is none. ``info["sgq"]`` holds `satisfiable`, `proven`
            (always True) and, where there is no solution, `contradiction`: a variable x with x → ¬x and ¬x → x.

        Raises
        ------
        ValueError
            If the problem has no clauses, or weights other than 1, or a clause with more than two literals.
        """
        import dimod

        from sgq.kernels.implications import strong_components
        from sgq.kernels.walksat import occurrences

        literals, starts = clauses_of(problem, "two-sat")
        lengths = np.diff(starts)
        if len(lengths) and lengths.max() > 2:
            raise ValueError(
                f"clause {int(np.argmax(lengths > 2))} of {problem!r} has more than two literals: two-sat takes one or "
                "two; use 'cdcl' or 'walksat'"
            )
        positive, negative = (
            strong_components(literals, starts, *occurrences(literals, starts, problem.num_variables)).reshape(-1, 2).T
        )
        contradictions = np.flatnonzero(positive == negative)
        info: dict[str, Any] = {"satisfiable": not len(contradictions), "proven": True}
        rows = (positive < negative).astype(np.int8)[None]
        if len(contradictions):
            rows, info["contradiction"] = rows[:0], problem.variables[contradictions[0]]
        return dimod.SampleSet.from_samples(
            (rows, list(problem.variables)),
            vartype="BINARY",
            energy=np.zeros(len(rows)),
            info={"sgq": info},
            sort_labels=False,
        )
