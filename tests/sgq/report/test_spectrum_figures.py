"""The figure of levels shows the levels that were computed."""

import matplotlib as mpl
import numpy as np

from sgq.analysis import annealing_spectrum
from sgq.report.spectrum_figures import annealing_levels

mpl.use("Agg")
import matplotlib.pyplot as plt


def test_levels_and_smallest_gap_are_drawn() -> None:
    spectrum = annealing_spectrum(np.array([0.0, 3.0, 1.0, 2.0]), levels=3, s=np.linspace(0, 1, 5))
    ax = annealing_levels(spectrum)
    lines = [line.get_xydata() for line in ax.lines]
    np.testing.assert_allclose([line[:, 1] for line in lines[:3]], (spectrum.levels - spectrum.levels[:, :1]).T)
    order = np.argsort(np.append(spectrum.s, spectrum.gap_at), kind="stable")
    np.testing.assert_allclose(lines[3][:, 1], np.append(spectrum.gaps, spectrum.minimum_gap)[order])
    assert (np.diff(lines[3][:, 0]) >= 0).all()
    assert [spectrum.gap_at, spectrum.minimum_gap] in lines[3].tolist()  # no mark off the line
    np.testing.assert_allclose(lines[4], [[spectrum.gap_at, spectrum.minimum_gap]])
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts[:2] == ["3 lowest levels", "gap"]
    assert texts[2].startswith("smallest gap")
    plt.close("all")
