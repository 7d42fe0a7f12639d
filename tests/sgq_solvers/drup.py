"""A checker of DRUP proofs, written for small formulas: every line has to follow by unit propagation."""

from collections.abc import Iterable, Sequence


def refutes(proof: Iterable[str], clauses: Iterable[Sequence[int]], *, strict: bool = False) -> bool:
    """Whether the lines lead to the empty clause.

    As in drat-trim, deletions of clauses that are not there, or of whose literals all but one are false, are ignored;
    `strict` ignores only those of clauses with one literal.
    """
    known = [frozenset(clause) for clause in clauses]
    for line in proof:
        deleted, literals = line.startswith("d"), frozenset(map(int, line.removeprefix("d").split()[:-1]))
        if deleted:
            if (len(literals) > 1) if strict else (literals in known and not _unit(literals, known)):
                known.remove(literals)
        elif not _contradict(known, {-literal for literal in literals}):
            return False
        elif not literals:
            return True
        else:
            known.append(literals)
    return False


def _unit(clause: frozenset[int], known: list[frozenset[int]]) -> bool:
    """Whether unit propagation makes all literals of the clause but one false."""
    true: set[int] = set()
    return not _contradict(known, true) and sum(-literal in true for literal in clause) == len(clause) - 1


def _contradict(known: list[frozenset[int]], true: set[int]) -> bool:
    """Whether unit propagation from the literals `true`, which it adds to, ends with a clause of false ones."""
    grew = True
    while grew:
        grew = False
        for clause in known:
            if true.isdisjoint(clause):
                open_ = [literal for literal in clause if -literal not in true]
                if not open_:
                    return True
                if len(open_) == 1:
                    true.add(open_[0])
                    grew = True
    return False
