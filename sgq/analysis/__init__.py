"""Analysis: samples in, numbers out."""

from sgq.analysis.disorder import Estimate as Estimate
from sgq.analysis.disorder import Quantiles as Quantiles
from sgq.analysis.disorder import disorder_average as disorder_average
from sgq.analysis.disorder import disorder_binder_ratio as disorder_binder_ratio
from sgq.analysis.disorder import jackknife as jackknife
from sgq.analysis.disorder import quantiles as quantiles
from sgq.analysis.ground_states import GroundStates as GroundStates
from sgq.analysis.ground_states import find_ground_states as find_ground_states
from sgq.analysis.overlaps import OverlapDistribution as OverlapDistribution
from sgq.analysis.overlaps import binder_ratio as binder_ratio
from sgq.analysis.overlaps import edwards_anderson_parameter as edwards_anderson_parameter
from sgq.analysis.overlaps import link_overlap as link_overlap
from sgq.analysis.overlaps import overlap as overlap
from sgq.analysis.overlaps import overlap_distribution as overlap_distribution
from sgq.analysis.satisfiability import SatisfiabilityTransition as SatisfiabilityTransition
from sgq.analysis.satisfiability import SatisfiableFraction as SatisfiableFraction
from sgq.analysis.satisfiability import half_satisfiable as half_satisfiable
from sgq.analysis.satisfiability import satisfiability_transition as satisfiability_transition
from sgq.analysis.satisfiability import satisfiable_fraction as satisfiable_fraction
from sgq.analysis.success import Success as Success
from sgq.analysis.success import TimeToSolution as TimeToSolution
from sgq.analysis.success import measure_success as measure_success
from sgq.analysis.success import time_to_solution as time_to_solution
from sgq.analysis.thermodynamics import Thermodynamics as Thermodynamics
from sgq.analysis.thermodynamics import thermodynamics as thermodynamics
