"""Clauses written as models for annealers: one formula, several encodings side by side.

A quadratic model cannot hold a clause of three literals by itself. Each encoding pays in its own coin, in variables,
couplers or range of coefficients, and an annealer's success changes with it [1]_.

References
----------
.. [1] S. Zielinski et al., arXiv:2305.02659 (2023).
"""

from sgq_problems.encodings.encoded import ENCODINGS as ENCODINGS
from sgq_problems.encodings.encoded import EncodedFormula as EncodedFormula
from sgq_problems.encodings.encoded import encode as encode
from sgq_problems.encodings.encoded import encoded_k_sat as encoded_k_sat
from sgq_problems.encodings.sizes import EncodingSize as EncodingSize
from sgq_problems.encodings.sizes import tabulate_encodings as tabulate_encodings
