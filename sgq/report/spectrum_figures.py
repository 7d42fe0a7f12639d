"""The figure of a quantum annealer's levels along its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgq.analysis.spectrum import AnnealingSpectrum
from sgq.report.figures import BLACK, BLUE, RED, SKY, pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def annealing_levels(spectrum: AnnealingSpectrum, ax: Axes | None = None) -> Axes:
    """Levels above the ground state against s, with a mark where the gap is smallest.

    Levels that end as ground states are dashed: the gap is that to the first level that does not.

    Parameters
    ----------
    spectrum
        What `sgq.analysis.annealing_spectrum` returned.
    ax
        Axes to draw into; made when None.
    """
    ax = pyplot().subplots(layout="constrained")[1] if ax is None else ax
    excitations = spectrum.levels - spectrum.levels[:, :1]
    for number, line in enumerate(excitations.T):
        if number < spectrum.ground_states:
            ax.plot(spectrum.s, line, "--" if number else "-", color=BLACK, linewidth=1)
        else:
            first = number == spectrum.ground_states
            ax.plot(spectrum.s, line, color=BLUE if first else SKY, linewidth=2 if first else 1, zorder=3 - number)
    label = f"smallest gap {spectrum.minimum_gap:.3g}\nat s = {spectrum.gap_at:.3f}"
    ax.plot(spectrum.gap_at, spectrum.minimum_gap, "v", color=RED, markersize=8, zorder=4, clip_on=False, label=label)
    sector = "\nin the sector Π X = 1" if spectrum.parity_sector else ""
    ax.set(xlabel="s", ylabel=f"energy above the ground state{sector}", xlim=(0, 1))
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False)
    return ax
