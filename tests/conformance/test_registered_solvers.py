"""Every registered solver works with every Ocean program and with sgq.solve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import sgq
from sgq.testing import check_solver

if TYPE_CHECKING:
    from sapi.service import Service

ELSEWHERE = ("dwave", "leap-hybrid", "qaoa-aer", "gaussian-elimination", "two-sat")  # tested below


@pytest.mark.parametrize("name", [name for name in sgq.solvers() if name not in ELSEWHERE])
def test_solver(name: str) -> None:
    check_solver(name)


def test_elimination_on_parity_equations() -> None:
    check_solver("gaussian-elimination", problem=sgq.build("xor-sat", n=20, alpha=0.8, planted=True, seed=1))


def test_qaoa_on_small_models() -> None:
    check_solver("qaoa-aer", max_variables=6)


def test_dwave_on_a_mock_processor() -> None:
    testing = pytest.importorskip("dwave.system.testing")
    qpu = testing.MockDWaveSampler(topology_type="chimera", topology_shape=[3])
    check_solver(sgq.get_solver("dwave")(qpu), max_variables=6)


def test_leap_hybrid_on_a_loopback_service(sapi: Service) -> None:
    with sgq.get_solver("leap-hybrid")() as sampler:
        check_solver(sampler, max_variables=6)


def test_two_sat_on_short_clauses() -> None:
    check_solver("two-sat", problem=sgq.build("k-sat", k=2, n=20, alpha=0.5, seed=1))
