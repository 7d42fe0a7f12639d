"""Replicas of a model, advanced together by the kernel that suits it."""

from __future__ import annotations

from sgq_solvers.replicas.byte_lanes import ByteLanes
from sgq_solvers.replicas.cached import Dense, EventDriven
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.lanes import Block as Block
from sgq_solvers.replicas.lanes import Lanes as Lanes
from sgq_solvers.replicas.lanes import Spins as Spins
from sgq_solvers.replicas.model import Model as Model
from sgq_solvers.replicas.model import PolynomialModel
from sgq_solvers.replicas.model import QuadraticModel as QuadraticModel
from sgq_solvers.replicas.model import model_of as model_of
from sgq_solvers.replicas.multispin import MultiSpin
from sgq_solvers.replicas.term_lanes import TermLanes

_DENSE = 0.2  # coupled pairs, of all pairs, from which rows of a matrix beat lists of neighbours
_FEW = 3  # reads up to which one after the other beats a block


def lanes_for(model: Model, num_reads: int | None) -> tuple[Lanes, str]:
    """The kernel for so many reads of a model (None: as many as it likes), and why it is the one."""
    few = num_reads is not None and num_reads <= _FEW
    if few and isinstance(model, QuadraticModel) and model.density <= _DENSE:
        return EventDriven(model), f"{num_reads} reads, fewer than fill a block"
    return block_lanes_for(model)


def block_lanes_for(model: Model) -> tuple[Lanes, str]:
    """The kernel for many replicas."""
    if isinstance(model, PolynomialModel):
        return TermLanes(model), "terms of any order"
    if model.density > _DENSE and model.num_spins > 64:
        return Dense(model), f"{model.density:.0%} of all pairs are coupled"
    if MultiSpin.fit(model):
        return MultiSpin(model), "at most sixteen bonds a site, all of one unit"
    if ByteLanes.fit(model):
        return ByteLanes(model), "integer couplings whose sums fit into int8"
    return FloatLanes(model), "couplings of any size"
