"""Figures of the satisfiability transition, measured points beside theory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sgq.analysis.finite_size import Extrapolation
from sgq.analysis.rescaling import NU_OF_TWO_SAT, NU_WARNING, Collapse, scaling_variable
from sgq.analysis.satisfiability import SatisfiabilityTransition
from sgq.report.figures import BLACK, COLOURS, MARKERS, RED, pyplot
from sgq.theory import Threshold, first_moment_threshold, integer_field_threshold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BELOW = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "frameon": False, "fontsize": "small"}


def transition(
    k: int,
    transitions: Sequence[SatisfiabilityTransition],
    *,
    survey: Threshold | None = None,
    extrapolation: Extrapolation | None = None,
    collapse: Collapse | None = None,
) -> Sequence[Axes]:
    """P(SAT) with theory's thresholds, and beside it, where they are given, its limit N → ∞ and its collapse.

    Parameters
    ----------
    k
        Literals per clause.
    transitions
        One for each n.
    survey
        What `sgq.theory.satisfiability_threshold` returned, for it takes seconds.
    extrapolation, collapse
        What `sgq.analysis.extrapolate` and `sgq.analysis.collapse` returned.
    """
    if not transitions:
        raise ValueError("transitions: one at least")
    panels = 1 + (extrapolation is not None) + (collapse is not None)
    axes = pyplot().subplots(1, panels, figsize=(5.2 * panels, 5.6), layout="constrained", squeeze=False)[1][0]
    satisfiability(transitions, axes[0])
    thresholds(k, axes[0], survey=survey)
    counts = sorted({transition.instances for transition in transitions})
    formulas = f"{counts[0]} formulas" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} formulas"
    axes[0].set_title(f"random {k}-SAT, {formulas} for each n", fontsize="medium")
    if extrapolation is not None:
        half_satisfiable(transitions, extrapolation, axes[1])
        if k == 2 or survey is not None:
            alpha, what = (
                (integer_field_threshold(k), "exact") if survey is None else (survey.value, "cavity prediction")
            )
            axes[1].axhline(alpha, color=BLACK, linestyle="--", linewidth=1.2, label=f"N → ∞: {alpha:.3f}, {what}")
            axes[1].legend(**_BELOW)
    if collapse is not None:
        collapsed(transitions, collapse, axes[-1])
        if k == 2:
            axes[-1].set_title(f"effective exponents of these N:\n{NU_OF_TWO_SAT}", fontsize="medium")
    return list(axes)


def satisfiability(transitions: Sequence[SatisfiabilityTransition], ax: Axes | None = None) -> Axes:
    """P(SAT) against clauses per variable, a curve for each n, and alpha_50 with its error at P = 1/2."""
    ax = _axes(ax)
    ax.axhline(0.5, color="0.8", linewidth=1, zorder=0)
    for k, transition in enumerate(transitions):
        _curve(ax, k, transition, transition.curve.clauses / transition.n, _legend(transition))
        if transition.alpha_50 is not None:
            ax.errorbar(
                transition.alpha_50, 0.5, xerr=transition.alpha_50_error, color=COLOURS[k % len(COLOURS)],
                marker="|", markersize=20, elinewidth=3, zorder=4,
            )  # fmt: skip
    ax.set(xlabel="clauses per variable α", ylabel="P(SAT)", ylim=(-0.03, 1.03))
    ax.legend(**_BELOW)
    return ax


def thresholds(k: int, ax: Axes, *, survey: Threshold | None = None) -> Axes:
    """Theory's lines for N → ∞ in axes whose abscissa is α; each says whether it is exact, predicted or estimated.

    The region above the first-moment bound is shaded: there P(SAT) vanishes for N → ∞, rigorously.
    """
    low, high = ax.get_xlim()
    (bound, text), *estimates = known_thresholds(k)
    high = max(high, 1.04 * bound, *(1.02 * alpha for alpha, _ in estimates))
    ax.axvspan(bound, high, color="0.9", zorder=-1, label=text)
    for alpha, text in estimates:
        ax.axvline(alpha, color=RED, linestyle=":", linewidth=1.8, label=text)
    if survey is not None:
        text = f"N → ∞: {survey.value:.3f} ± {survey.error:.3f}, survey propagation, cavity prediction"
        ax.axvline(survey.value, color=BLACK, linestyle="--", linewidth=1.2, label=text)
    ax.set_xlim(low, high)
    ax.legend(**_BELOW)
    return ax


def known_thresholds(k: int) -> list[tuple[float, str]]:
    """Theory's thresholds for N → ∞ that take no time to compute, each with words that say how far to trust it.

    The first-moment bound, and for K of at least 2 the replica-symmetric solution with integer fields.
    """
    bound = first_moment_threshold(k)
    found = [(bound, f"N → ∞: {bound:.3f}, exact upper bound (first moment)")]
    if k > 1:
        fields = integer_field_threshold(k)
        what = (
            "exact for K = 2" if k == 2 else "replica-symmetric estimate" + (", not below the bound" if k > 3 else "")
        )
        found.append((fields, f"N → ∞: {fields:.3f}, {what}"))
    return found


def half_satisfiable(
    transitions: Sequence[SatisfiabilityTransition], fit: Extrapolation, ax: Axes | None = None
) -> Axes:
    """alpha_50 against N^(-exponent) with the law that was fitted, and its limit N → ∞ as a hollow mark."""
    ax = _axes(ax)
    for k, transition in enumerate(transitions):
        if transition.alpha_50 is not None:
            ax.errorbar(
                transition.n**-fit.exponent, transition.alpha_50, yerr=transition.alpha_50_error, capsize=3,
                color=COLOURS[k % len(COLOURS)], marker=MARKERS[k % len(MARKERS)], label=f"n = {transition.n}",
            )  # fmt: skip
    most = max(transition.n**-fit.exponent for transition in transitions)
    law = f"({fit.limit:.3f} ± {fit.limit_error:.3f}) + ({fit.amplitude:.3g} ± {fit.amplitude_error:.2g}) $x$"
    ax.plot([0, most], [fit.limit, fit.limit + fit.amplitude * most], "--", color="0.4", linewidth=1, zorder=0)
    ax.errorbar(
        0, fit.limit, yerr=fit.limit_error, capsize=3, color="0.4", marker="o", markerfacecolor="white",
        linestyle="none", clip_on=False, label=f"{law}\nχ²/dof = {fit.chi2:.2f}/{fit.dof}",
    )  # fmt: skip
    ax.set(xlabel=f"$x = N^{{-{fit.power}}}$", ylabel="$\\alpha_{50}$, where P(SAT) = 1/2")
    ax.set_title("extrapolation; errors are statistical", fontsize="medium")
    ax.set_xlim(left=0)
    ax.legend(**_BELOW)
    return ax


def collapsed(transitions: Sequence[SatisfiabilityTransition], found: Collapse, ax: Axes | None = None) -> Axes:
    """P(SAT) against Kirkpatrick and Selman's y = N^(1/nu) (alpha - alpha_c) / alpha_c, with a warning of nu."""
    ax = _axes(ax)
    for k, transition in enumerate(transitions):
        y = scaling_variable(transition.curve.clauses / transition.n, transition.n, found.nu, found.alpha_c)
        _curve(ax, k, transition, y, f"n = {transition.n}")
    ax.set(xlabel="$y = N^{1/\\nu} (\\alpha - \\alpha_c) / \\alpha_c$", ylabel="P(SAT)", ylim=(-0.03, 1.03))
    ax.set_title(NU_WARNING.replace("nu", "ν").replace(": ", ":\n"), fontsize="medium")
    fitted = (
        f"$\\nu$ = {found.nu:.2f} ± {found.nu_error:.2f}\n$\\alpha_c$ = {found.alpha_c:.3f} ± {found.alpha_c_error:.3f}"
    )
    words = f"{fitted}\nχ²/dof = {found.chi2:.1f}/{found.dof}"
    ax.text(0.97, 0.95, words, transform=ax.transAxes, ha="right", va="top")
    ax.legend(**_BELOW)
    return ax


def _curve(ax: Axes, k: int, transition: SatisfiabilityTransition, x: NDArray[np.float64], label: str) -> None:
    curve = transition.curve
    ax.errorbar(
        x, curve.fraction, yerr=np.maximum([curve.fraction - curve.low, curve.high - curve.fraction], 0.0),
        color=COLOURS[k % len(COLOURS)], marker=MARKERS[k % len(MARKERS)], markersize=4, linewidth=1, capsize=2,
        label=label,
    )  # fmt: skip


def _legend(transition: SatisfiabilityTransition) -> str:
    if transition.alpha_50 is None:
        return f"n = {transition.n}"
    error = "" if transition.alpha_50_error is None else f" ± {transition.alpha_50_error:.3f}"
    return f"n = {transition.n}, $\\alpha_{{50}}$ = {transition.alpha_50:.3f}{error}"


def _axes(ax: Axes | None) -> Axes:
    return pyplot().subplots(layout="constrained")[1] if ax is None else ax
