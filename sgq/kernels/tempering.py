"""Exchange of neighbouring temperatures, and where each replica has been.

Replica l = e L + t of a block is the one at temperature t of ensemble e, t rising with beta over a ladder of L.
"""

import numpy as np
from numba import njit

HOTTEST, COLDEST = 1, 2  # which end of the ladder a replica has visited last


@njit(cache=True, nogil=True)
def exchange(  # type: ignore[no-untyped-def]
    energies, betas, parity, uniforms, swaps, accepted, tried, ends, trips
):
    """Propose to exchange temperatures t and t + 1 of every ensemble, for all t of one parity.

    Accepted with probability min(1, exp((beta_{t+1} - beta_t) (E_{t+1} - E_t))) (Hukushima & Nemoto, J. Phys. Soc.
    Jpn. 65, 1604 (1996)).

    Parameters
    ----------
    energies
        float64 (ensembles, L), exchanged in place.
    betas
        float64 (L,), rising.
    parity
        0 or 1: the lower temperature of each pair.
    uniforms
        float64 (ensembles L / 2,) in [0, 1).
    swaps
        bool (ensembles, L): set where t and t + 1 are to be exchanged, and cleared elsewhere.
    accepted, tried
        int64 (L - 1,), counts that go on.
    ends
        uint8 (ensembles, L): the end of the ladder that each replica has visited last; travels with it.
    trips
        int64 (1,): how often a replica has come from the hottest to the coldest temperature and back.
    """
    ensembles, size = energies.shape
    k = 0
    swaps[:] = False
    for e in range(ensembles):
        for t in range(parity, size - 1, 2):
            gain = (betas[t + 1] - betas[t]) * (energies[e, t + 1] - energies[e, t])
            tried[t] += 1
            if gain >= 0.0 or uniforms[k] < np.exp(gain):
                accepted[t] += 1
                swaps[e, t] = True
                energies[e, t], energies[e, t + 1] = energies[e, t + 1], energies[e, t]
                ends[e, t], ends[e, t + 1] = ends[e, t + 1], ends[e, t]
            k += 1
        if ends[e, 0] == COLDEST:
            trips[0] += 1
        ends[e, 0] = HOTTEST
        if ends[e, size - 1] == HOTTEST:
            ends[e, size - 1] = COLDEST
