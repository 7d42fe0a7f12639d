"""QAOA on a statevector of our own: `QAOASampler` is the solver ``qaoa``.

Its angles, starts, mixers and objectives are in files of their own; `sgq_solvers.aer` and `sgq_solvers.recursive_qaoa`
use some of them too.
"""

from sgq_solvers.qaoa.sampler import QAOASampler

__all__ = ["QAOASampler"]
