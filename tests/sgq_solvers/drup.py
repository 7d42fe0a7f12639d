"""A checker of DRUP proofs, written for small formulas: every line has to follow by unit propagation."""

from collections.abc import Iterable, Sequence


def refutes(proof: Iterable[str], clauses: Iterable[Sequence[int]]) -> bool:
    """Whether the lines lead to the empty clause. Unit clauses are never deleted, as in drat-trim."""
    known = [frozenset(clause) for clause in clauses]
    for line in proof:
        deleted, literals = line.startswith("d"), frozenset(map(int, line.removeprefix("d").split()[:-1]))
        if deleted:
            if len(literals) > 1:
                known.remove(literals)
        elif not _follows(literals, known):
            return False
        elif not literals:
            return True
        else:
            known.append(literals)
    return False


def _follows(clause: frozenset[int], known: list[frozenset[int]]) -> bool:
    """Whether the clause's negation and unit propagation contradict each other."""
    true = {-literal for literal in clause}
    grew = True
    while grew:
        grew = False
        for other in known:
            if true.isdisjoint(other):
                open_ = [literal for literal in other if -literal not in true]
                if not open_:
                    return True
                if len(open_) == 1:
                    true.add(open_[0])
                    grew = True
    return False
