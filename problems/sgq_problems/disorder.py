"""Quenched disorder: the random couplings that several families share."""

from typing import Literal

import numpy as np

from sgq.checks import choice, real
from sgq.models import Floats

Disorder = Literal["gaussian", "bimodal"]


def random_couplings(rng: np.random.Generator, num_couplings: int, disorder: Disorder, positive: float = 0.5) -> Floats:
    """Independent couplings: N(0, 1), or ±1 with +1 at probability `positive`.

    Raises
    ------
    ValueError
        If `disorder` is unknown, `positive` is outside [0, 1], or given for Gaussian couplings.
    """
    choice("disorder", disorder, ("gaussian", "bimodal"))
    positive = real("positive", positive, 0, 1)
    if disorder == "bimodal":
        return np.where(rng.random(num_couplings) < positive, 1.0, -1.0)
    if positive != 0.5:
        raise ValueError(f"positive={positive}: a fraction of +1 couplings goes with disorder='bimodal' only")
    return rng.standard_normal(num_couplings)
