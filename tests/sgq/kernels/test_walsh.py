"""The Walsh–Hadamard spectrum against evaluating the polynomial at every configuration."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sgq.kernels.walsh import spectrum


@given(st.integers(0, 9), st.integers(0, 12), st.integers(0, 2**31))
def test_spectrum_is_every_energy(n: int, num_terms: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    masks = rng.integers(0, 1 << n, num_terms).astype(np.uint64)  # repeated masks add up
    coefficients = rng.normal(size=num_terms)
    x = np.arange(1 << n, dtype=np.uint64)
    signs = 1 - 2 * (np.bitwise_count(x[:, None] & masks) % 2).astype(float)
    np.testing.assert_allclose(spectrum(masks, coefficients, n), signs @ coefficients, atol=1e-12)
