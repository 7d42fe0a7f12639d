"""One layer as a spin glass: its energy is the training loss, computed here from the weights and the data."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate, correlate2d
from scipy.special import expit, logit

from sgq.testing import check_problem
from sgq_problems.networks import Layer, convolution, layer

INVERSE: dict[str, Callable] = {"identity": lambda y: y, "tanh": np.arctanh, "sigmoid": logit}
FORWARD: dict[str, Callable] = {"identity": lambda u: u, "tanh": np.tanh, "sigmoid": expit}
activations = st.sampled_from(["identity", "tanh", "sigmoid"])
seeds = st.integers(0, 2**31)


def all_spins(n: int) -> np.ndarray:
    return np.array(list(itertools.product((-1, 1), repeat=n)), dtype=np.int8)


def loss(problem: Layer, predicted: np.ndarray, activation: str) -> float:
    return float(np.sum((predicted - INVERSE[activation](problem.targets)) ** 2) / len(problem.inputs))


@given(seeds, activations, st.integers(1, 4), st.sampled_from([None, 1, 3]))
@settings(max_examples=40)
def test_layer_energy_is_the_loss(seed: int, activation: str, n_bits: int, outputs: int | None) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(20, 3))
    y = FORWARD[activation](rng.normal(size=20 if outputs is None else (20, outputs)))
    low, high = np.sort(rng.normal(size=2))
    problem = layer(inputs=x, targets=y, n_bits=n_bits, weight_range=(low, high), activation=activation)
    samples = rng.choice([-1, 1], (8, problem.num_variables))
    for energy, sample in zip(problem.energies(samples), samples, strict=True):
        weights = problem.decode(sample)
        assert weights.shape == ((3,) if outputs is None else (outputs, 3))
        assert energy == pytest.approx(loss(problem, x @ weights.T, activation), rel=1e-9, abs=1e-9)
    model_energies = problem.model.energies((samples, list(problem.variables)))
    np.testing.assert_allclose(model_energies, problem.energies(samples), atol=1e-9)


@given(seeds, activations, st.integers(1, 3))
@settings(max_examples=40)
def test_convolution_energy_is_the_loss(seed: int, activation: str, n_bits: int) -> None:
    """Cross-correlation by SciPy: signals, images, and images of two channels, whose outputs add up."""
    rng = np.random.default_rng(seed)
    for shape, kernel, predict in (
        ((5, 9), (3,), lambda x, c: [correlate(a, c, "valid") for a in x]),
        ((3, 6, 5), (2, 3), lambda x, c: [correlate2d(a, c, "valid") for a in x]),
        ((3, 2, 6, 5), (2, 3), lambda x, c: [correlate(a, c, "valid")[0] for a in x]),
        ((4, 2, 7), (4,), lambda x, c: [correlate(a, c, "valid")[0] for a in x]),
    ):
        x = rng.normal(size=shape)
        out = [length - k + 1 for length, k in zip(shape[-len(kernel) :], kernel, strict=True)]
        y = FORWARD[activation](rng.normal(size=(shape[0], *out)))
        problem = convolution(
            inputs=x, targets=y, kernel_size=kernel, n_bits=n_bits, weight_range=(-2, 1), activation=activation
        )
        sample = rng.choice([-1, 1], problem.num_variables)
        weights = problem.decode(sample)
        assert weights.shape == (*shape[1 : -len(kernel)], *kernel)
        assert problem.num_variables == weights.size * n_bits
        expected = loss(problem, np.array(predict(x, weights)), activation)
        assert problem.energies(sample)[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("activation", ["identity", "tanh", "sigmoid"])
def test_planted_weights_are_the_ground_state(activation: str) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(30, 4))
    grid = np.linspace(-1, 1, 8)  # three bits
    for weights in (rng.choice(grid, 4), rng.choice(grid, (1, 4))):
        y = FORWARD[activation](x @ weights.T)
        problem = layer(inputs=x, targets=y, n_bits=3, activation=activation)
        spins = all_spins(12)
        energies = problem.energies(spins)
        assert energies.min() == pytest.approx(0, abs=1e-9)
        assert np.count_nonzero(energies < 1e-6) == 1
        np.testing.assert_allclose(problem.decode(spins[energies.argmin()]), weights, atol=1e-12)


def test_a_planted_kernel_is_the_ground_state() -> None:
    rng = np.random.default_rng(4)
    images, kernel = rng.normal(size=(4, 6, 6)), rng.choice([-1.0, 1.0], (3, 3))
    y = np.array([correlate2d(image, kernel, "valid") for image in images])
    problem = convolution(inputs=images, targets=y, kernel_size=3)
    energies = problem.energies(all_spins(9))
    assert energies.min() == pytest.approx(0, abs=1e-9)
    np.testing.assert_array_equal(problem.decode(all_spins(9)[energies.argmin()]), kernel)


def test_the_reference_reverses_the_kernel() -> None:
    """y_i = Σ_k c_k x_{i-k} is NumPy's convolve: its kernel is ours read backwards."""
    rng = np.random.default_rng(5)
    x, c = rng.normal(size=(3, 10)), np.array([1.0, -1.0, -1.0])
    y = np.array([np.convolve(signal, c, "valid") for signal in x])
    problem = convolution(inputs=x, targets=y, kernel_size=3)
    best = all_spins(3)[problem.energies(all_spins(3)).argmin()]
    np.testing.assert_array_equal(problem.decode(best)[::-1], c)


def test_no_weights_of_few_bits_beat_least_squares_and_many_bits_reach_it() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(50, 2))
    y = x @ [0.3, -0.6] + 0.1 * rng.normal(size=50)
    least = float(np.linalg.lstsq(x, y, rcond=None)[1][0]) / 50
    excess = [layer(inputs=x, targets=y, n_bits=n).energies(all_spins(2 * n)).min() - least for n in (1, 3, 6)]
    assert excess[0] > excess[1] > excess[2] > -1e-12
    assert excess[2] < 1e-3


def test_weights_are_equally_spaced_over_their_range() -> None:
    problem = layer(inputs=[[1.0]], targets=[0.0], n_bits=3, weight_range=(0.0, 7.0))
    weights = sorted(float(problem.decode(row)[0]) for row in all_spins(3))
    np.testing.assert_allclose(weights, np.arange(8), atol=1e-12)
    assert list(problem.variables) == [(0, 0), (0, 1), (0, 2)]


def test_outputs_do_not_interact() -> None:
    rng = np.random.default_rng(7)
    problem = layer(inputs=rng.normal(size=(9, 3)), targets=rng.normal(size=(9, 2)), n_bits=2)
    assert all(u[0] == v[0] for u, v in problem.model.quadratic)
    assert len(problem.pairs) == 2 * 15


def test_problems_keep_their_promises() -> None:
    x = np.arange(12.0).reshape(4, 3) % 5  # sums of integers are exact in any order
    check_problem("layer", inputs=x, targets=x[:, :2], n_bits=2, weight_range=(-3, 3))
    check_problem("convolution", inputs=x, targets=x[:, :2], kernel_size=2)
    kept = layer(inputs=x, targets=x[:, 0])
    assert kept.instance["inputs"] is kept.inputs


X = np.ones((4, 3))


@pytest.mark.parametrize(
    ("builder", "parameters", "message"),
    [
        (layer, {"inputs": X, "targets": np.ones(3)}, r"targets of shape \(3,\): \(4,\) or"),
        (layer, {"inputs": np.ones(3), "targets": np.ones(3)}, r"inputs of shape \(3,\)"),
        (layer, {"inputs": X, "targets": np.ones((4, 0))}, r"targets of shape \(4, 0\)"),
        (layer, {"inputs": X, "targets": [0, 0, 1.0, 0], "activation": "tanh"}, r"targets\[2\] = 1: tanh lies"),
        (layer, {"inputs": X, "targets": np.zeros((4, 2)), "activation": "sigmoid"}, r"targets\[0, 0\] = 0"),
        (layer, {"inputs": X * np.nan, "targets": np.ones(4)}, r"inputs\[0, 0\] = nan"),
        (layer, {"inputs": X, "targets": np.ones(4), "activation": "relu"}, "activation='relu': one of"),
        (layer, {"inputs": X, "targets": np.ones(4), "n_bits": 0}, "n_bits=0"),
        (layer, {"inputs": X, "targets": np.ones(4), "weight_range": (1, -1)}, "the smaller first"),
        (convolution, {"inputs": X, "targets": np.ones((4, 3)), "kernel_size": 2}, r"gives \(4, 2\)"),
        (convolution, {"inputs": X, "targets": np.ones((4, 2)), "kernel_size": 4}, "kernel_size=4: .* at most 3"),
        (convolution, {"inputs": X, "targets": np.ones((4, 2)), "kernel_size": (2, 2)}, "one number, or 1"),
        (convolution, {"inputs": X, "targets": np.ones(4), "kernel_size": 2}, r"\(samples, \*signal\)"),
        (convolution, {"inputs": X, "targets": np.ones((4, 2)), "kernel_size": 1.5}, "kernel_size=1.5"),
    ],
)
def test_bad_input_is_named(builder: Callable, parameters: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        builder(**parameters)
