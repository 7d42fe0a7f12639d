"""The figure of a quantum annealer's levels along its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sgq.analysis.spectrum import AnnealingSpectrum
from sgq.report.figures import BLACK, BLUE, RED, SKY, pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def annealing_levels(spectrum: AnnealingSpectrum, ax: Axes | None = None) -> Axes:
    """Levels above the ground state against s, the gap as a thick line, and a mark where it is smallest.

    The gap is that to the lowest level that counts, see `sgq.analysis.AnnealingSpectrum`: others cross it.

    Parameters
    ----------
    spectrum
        What `sgq.analysis.annealing_spectrum` returned.
    ax
        Axes to draw into; made when None.
    """
    ax = pyplot().subplots(layout="constrained")[1] if ax is None else ax
    for number, line in enumerate((spectrum.levels - spectrum.levels[:, :1]).T):
        label = f"{spectrum.levels.shape[1]} lowest levels" if number == 0 else None
        ax.plot(spectrum.s, line, color=SKY if number else BLACK, linewidth=1, label=label)
    s, gaps = np.append(spectrum.s, spectrum.gap_at), np.append(spectrum.gaps, spectrum.minimum_gap)
    order = np.argsort(s, kind="stable")
    ax.plot(s[order], np.where(np.isfinite(gaps), gaps, np.nan)[order], color=BLUE, linewidth=2, label="gap", zorder=3)
    label = f"smallest gap {spectrum.minimum_gap:.3g}\nat s = {spectrum.gap_at:.3f}"
    ax.plot(spectrum.gap_at, spectrum.minimum_gap, "v", color=RED, markersize=8, zorder=4, clip_on=False, label=label)
    sector = "\nin the sector Π X = 1" if spectrum.parity_sector else ""
    ax.set(xlabel="s", ylabel=f"energy above the ground state{sector}", xlim=(0, 1))
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False)
    return ax
