"""Network layers as spin glasses: the training loss of one layer, over weights of n bits [1]_.

The loss is taken before the activation f, where it is quadratic in the weights,

    D = (1/Q) Σ_a Σ_i (Σ_j w_ij x_aj - f⁻¹(y_ai))²,

Q the number of samples; sums run over samples a and outputs i. It is not the squared error after f: near a
solution the two differ by a factor f'² for each output. For continuous weights it is ordinary least squares,
convex and without frustration; weights of few bits make it a hard closest-vector problem.

.. [1] F. Sorba, Neural network - Spin Glass correspondence (2022), eqs. (8)-(16).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from sgq.checks import choice, finite_array, integer
from sgq.models import Floats, upper_triangle
from sgq.problem import IsingProblem

Activation = Literal["identity", "tanh", "sigmoid"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Layer(IsingProblem):
    """The loss of one layer; weight w is c + L/(2ⁿ - 1) Σ_k 2ᵏ s_k, n spins labelled (*index of w, k).

    Attributes
    ----------
    inputs, targets
        The data, as they were given.
    weight_shape
        Shape of the weights.
    n_bits
        Spins per weight, n.
    weight_range
        Smallest and largest weight, c - L and c + L.
    activation
        f.
    """

    inputs: Floats
    targets: Floats
    weight_shape: tuple[int, ...]
    n_bits: int
    weight_range: tuple[float, float]
    activation: Activation

    @property
    def instance(self) -> dict[str, Floats]:
        """Inputs and targets by name."""
        return {"inputs": self.inputs, "targets": self.targets}

    def decode(self, sample: Any) -> Floats:
        """The weights, of shape `weight_shape`."""
        centre, bits = _encoding(self.n_bits, self.weight_range)
        spins = self.values_of_one(sample).reshape(*self.weight_shape, self.n_bits)
        weights: Floats = centre + spins @ bits
        return weights


def layer(
    *,
    inputs: ArrayLike,
    targets: ArrayLike,
    n_bits: int = 1,
    weight_range: tuple[float, float] = (-1.0, 1.0),
    activation: Activation = "identity",
) -> Layer:
    """Training of a fully connected layer y = f(W x), energy = loss; outputs do not interact.

    A bias is one more input that is always 1.

    Parameters
    ----------
    inputs
        x, shape (Q, P): Q samples of P inputs.
    targets
        y, shape (Q,), or (Q, O) for O outputs, in the range of f.
    n_bits
        Spins per weight, 1 to 52, the precision of a float. One bit gives the two ends of `weight_range`, ±1.
    weight_range
        Smallest and largest weight; the 2ⁿ values between are equally spaced.
    activation
        f: ``"identity"``, ``"tanh"`` or ``"sigmoid"``, 1/(1 + e⁻ᵘ).

    Returns
    -------
    Layer
        With N = P n_bits spins for each output; `decode` gives the weights, shape (P,), or (O, P).

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, or a target is outside the open range of f.
    """
    x, y = finite_array("inputs", inputs), finite_array("targets", targets)
    if x.ndim != 2 or not x.size:
        raise ValueError(f"inputs of shape {x.shape}: (samples, inputs) is needed")
    if y.ndim not in (1, 2) or len(y) != len(x) or not y.size:
        raise ValueError(f"targets of shape {y.shape}: ({len(x)},) or ({len(x)}, outputs) is needed")
    shape = (*y.shape[1:], x.shape[1])
    return _training("layer", x, y, x, shape, n_bits, weight_range, activation)


def convolution(
    *,
    inputs: ArrayLike,
    targets: ArrayLike,
    kernel_size: int | Sequence[int],
    n_bits: int = 1,
    weight_range: tuple[float, float] = (-1.0, 1.0),
    activation: Activation = "identity",
) -> Layer:
    """Training of one convolution kernel c, energy = loss; all outputs share the spins of the kernel.

    As in every network library the kernel is not reversed, y_i = f(Σ_k c_k x_{i+k}), and there is no padding:
    i runs over the positions where the whole kernel lies on the signal. (The reference reverses it: x_{i-k}.)

    Parameters
    ----------
    inputs
        x: Q signals, shape (Q, T), or images, (Q, H, W), or more axes; with channels (Q, C, T), (Q, C, H, W), …
    targets
        y, in the range of f: shape (Q, T - K + 1) for a kernel of size K, (Q, H - K + 1, W - K' + 1), …
    kernel_size
        K, one number for each axis of the signal, or one for all.
    n_bits, weight_range, activation
        As for `layer`.

    Returns
    -------
    Layer
        `decode` gives the kernel, of shape `kernel_size`, with the channels first where there are any.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, or a target is outside the open range of f.
    """
    x, y = finite_array("inputs", inputs), finite_array("targets", targets)
    axes = y.ndim - 1
    if axes < 1 or x.ndim not in (axes + 1, axes + 2) or not x.size:
        raise ValueError(
            f"inputs of shape {x.shape}, targets of shape {y.shape}: (samples, *signal) or (samples, channels, "
            "*signal), and (samples, *output)"
        )
    signal = x.shape[-axes:]
    sizes: list[int] = np.atleast_1d(kernel_size).tolist()
    sizes *= axes if len(sizes) == 1 else 1
    if len(sizes) != axes:
        raise ValueError(f"kernel_size={kernel_size!r}: one number, or {axes}, for the axes {signal} of the signal")
    kernel = tuple(integer("kernel_size", k, 1, length) for k, length in zip(sizes, signal, strict=True))
    output = (len(x), *(length - k + 1 for length, k in zip(signal, kernel, strict=True)))
    if y.shape != output:
        raise ValueError(f"targets of shape {y.shape}: a kernel of {kernel} on inputs of {x.shape} gives {output}")
    patches = sliding_window_view(x, kernel, axis=tuple(range(-axes, 0)))
    if x.ndim == axes + 2:
        patches = np.moveaxis(patches, 1, axes + 1)
    shape = patches.shape[1 + axes :]
    patches = patches.reshape(-1, int(np.prod(shape)))
    return _training("convolution", x, y, patches, shape, n_bits, weight_range, activation, kernel_size=list(kernel))


def _training(
    name: str,
    inputs: Floats,
    targets: Floats,
    rows: Floats,
    weight_shape: tuple[int, ...],
    n_bits: int,
    weight_range: tuple[float, float],
    activation: Activation,
    **parameters: Any,
) -> Layer:
    """The loss (1/Q) Σ over `rows`, each the input of the weights, and outputs, as an Ising problem."""
    n_bits = integer("n_bits", n_bits, 1, 52)
    bounds = finite_array("weight_range", weight_range)
    if bounds.shape != (2,) or bounds[0] >= bounds[1]:
        raise ValueError(f"weight_range={weight_range!r}: two numbers, the smaller first")
    low, high = bounds.tolist()
    goals = _before_activation(targets, activation).reshape(len(rows), -1)
    centre, bits = _encoding(n_bits, (low, high))
    residuals = goals - centre * rows.sum(axis=1, keepdims=True)  # at spins 0: weights in the middle
    samples, outputs = len(inputs), goals.shape[1]
    moments = np.kron(rows.T @ rows, np.outer(bits, bits)) / samples
    pairs, products = upper_triangle(moments)
    n = len(moments)
    return Layer(
        name=name,
        parameters={**parameters, "n_bits": n_bits, "weight_range": [low, high], "activation": activation},
        pairs=np.concatenate([pairs + n * output for output in range(outputs)]),
        couplings=np.tile(-2 * products, outputs),
        fields=2 * np.kron(residuals.T @ rows, bits).ravel() / samples,
        offset=float(np.sum(residuals**2) / samples + outputs * np.trace(moments)),
        labels=list(np.ndindex(*weight_shape, n_bits)),
        inputs=inputs.copy(),
        targets=targets.copy(),
        weight_shape=weight_shape,
        n_bits=n_bits,
        weight_range=(low, high),
        activation=activation,
    )


def _encoding(n_bits: int, weight_range: tuple[float, float]) -> tuple[float, Floats]:
    """Centre c of the weights, and what each spin adds to it, L 2ᵏ / (2ⁿ - 1)."""
    low, high = weight_range
    powers = 2.0 ** np.arange(n_bits)
    return (low + high) / 2, (high - low) / 2 * powers / powers.sum()


def _before_activation(targets: Floats, activation: Activation) -> Floats:
    """f⁻¹ of the targets."""
    if choice("activation", activation, ("identity", "tanh", "sigmoid")) == "identity":
        return targets
    low, high = (-1.0, 1.0) if activation == "tanh" else (0.0, 1.0)
    outside = np.argwhere((targets <= low) | (targets >= high))
    if len(outside):
        where = tuple(outside[0])
        raise ValueError(
            f"targets[{', '.join(map(str, where))}] = {targets[where]:g}: {activation} lies strictly between {low:g} "
            f"and {high:g}: scale the targets into it"
        )
    return np.arctanh(targets) if activation == "tanh" else np.log(targets / (1 - targets))
