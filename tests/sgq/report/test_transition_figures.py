"""Figures of the transition: what stands in the axes is what stands in the results."""

import matplotlib as mpl
import numpy as np
import pytest

from sgq.analysis import NU_WARNING, collapse, extrapolate, satisfiability_transition, scaling_variable
from sgq.report import transition_figures
from sgq.theory import Threshold, first_moment_threshold, integer_field_threshold

mpl.use("Agg")
import matplotlib.pyplot as plt

ALPHAS = np.linspace(3, 5, 9)
SIZES = (20, 40, 80)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def counts():
    rng = np.random.default_rng(1)
    return {n: np.ceil(rng.normal(4.3 * n + 2, n**0.5, 200)) for n in SIZES}


@pytest.fixture(scope="module")
def transitions(counts):
    return [satisfiability_transition(c, n, ALPHAS) for n, c in counts.items()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_satisfiability_draws_a_curve_and_a_mark_for_each_n(transitions):
    endless = satisfiability_transition([None, None], 60, ALPHAS, max_clauses=300)
    _, ax = plt.subplots()
    assert transition_figures.satisfiability([*transitions[:2], endless], ax) is ax
    curves = [container.lines[0] for container in ax.containers]
    np.testing.assert_allclose(curves[0].get_ydata(), transitions[0].curve.fraction)
    np.testing.assert_allclose(curves[0].get_xdata(), transitions[0].curve.clauses / 20)
    assert curves[1].get_xdata()[0] == transitions[0].alpha_50
    assert len(curves) == 5  # three curves, two marks
    assert legend(ax)[0].startswith(f"n = 20, $\\alpha_{{50}}$ = {transitions[0].alpha_50:.3f} ±")
    assert legend(ax)[2] == "n = 60"


@pytest.mark.parametrize(
    ("k", "words"),
    [
        (1, ["N → ∞: 1.000, exact upper bound"]),
        (2, ["N → ∞: 2.409, exact upper bound", "N → ∞: 1.000, exact for K = 2"]),
        (3, ["N → ∞: 5.191, exact upper bound", "N → ∞: 5.181, replica-symmetric estimate"]),
        (4, ["N → ∞: 10.740, exact upper bound", "replica-symmetric estimate, not below the bound"]),
    ],
)
def test_every_threshold_says_what_it_is(k, words):
    _, ax = plt.subplots()
    transition_figures.thresholds(k, ax)
    assert len(legend(ax)) == len(words)
    assert all(word in text for word, text in zip(words, legend(ax), strict=True))
    assert ax.patches[0].get_x() == pytest.approx(first_moment_threshold(k))
    assert [line.get_xdata()[0] for line in ax.lines] == ([integer_field_threshold(k)] if k > 1 else [])
    assert ax.get_xlim()[1] > first_moment_threshold(k)


def test_survey_propagation_is_the_one_that_was_given():
    _, ax = plt.subplots()
    transition_figures.thresholds(3, ax, survey=Threshold(4.25, 0.02))
    assert ax.lines[-1].get_xdata()[0] == 4.25
    assert legend(ax)[-1] == "N → ∞: 4.250 ± 0.020, survey propagation, cavity prediction"


def test_transition_has_a_panel_for_each_result(counts, transitions):
    fit = extrapolate(SIZES, [t.alpha_50 for t in transitions], [t.alpha_50_error for t in transitions], exponent=1.0)
    found = collapse(counts)
    left, middle, right = transition_figures.transition(3, transitions, extrapolation=fit, collapse=found)
    assert "4.3" not in "".join(legend(left)[:2])
    line = next(line for line in middle.lines if line.get_linestyle() == "--")
    limit = middle.containers[-1].lines[0]
    np.testing.assert_allclose(line.get_ydata(), [fit.limit, float(fit(20))])
    assert limit.get_xydata().tolist() == [[0, fit.limit]]
    assert "$x = N^{-1}$" in middle.get_xlabel()
    for transition, drawn in zip(transitions, right.containers, strict=True):
        y = scaling_variable(transition.curve.clauses / transition.n, transition.n, found.nu, found.alpha_c)
        np.testing.assert_allclose(drawn.lines[0].get_xydata(), np.transpose([y, transition.curve.fraction]))
    assert right.get_title().replace("\n", " ") == NU_WARNING.replace("nu", "ν")
    assert len(transition_figures.transition(3, transitions)) == 1
    assert len(transition_figures.transition(3, transitions, collapse=found)) == 2


def test_the_rigorous_bound_has_no_end(transitions):
    """For K = 4 the replica-symmetric line stands beyond it, in the shade."""
    ax = transition_figures.thresholds(4, transition_figures.satisfiability(transitions))
    (shade,) = ax.patches
    assert shade.get_x() == first_moment_threshold(4)
    assert shade.get_x() + shade.get_width() >= ax.get_xlim()[1] > integer_field_threshold(4)


def test_what_is_proven_of_two_sat_stands_beside_its_fits(counts, transitions):
    fit = extrapolate(SIZES, [t.alpha_50 for t in transitions], [t.alpha_50_error for t in transitions])
    axes = transition_figures.transition(2, transitions, extrapolation=fit, collapse=collapse(counts))
    assert "N → ∞: 1.000, exact" in legend(axes[1])
    assert "ν = 3 is proven for K = 2" in axes[2].get_title()
    with pytest.raises(ValueError, match="one at least"):
        transition_figures.transition(3, [])


def test_the_title_counts_the_formulas(transitions):
    few = satisfiability_transition([400.0] * 7, 90, ALPHAS)
    assert (
        transition_figures.transition(3, [*transitions, few])[0].get_title()
        == "random 3-SAT, 7 to 200 formulas for each n"
    )
