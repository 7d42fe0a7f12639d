"""Theory: formulas in, numbers out. Every value is computed from the formula that its docstring states."""

from sgq.theory.clustering import clustering_threshold as clustering_threshold
from sgq.theory.cut_fractions import cut_fraction as cut_fraction
from sgq.theory.cut_fractions import cut_fraction_angles as cut_fraction_angles
from sgq.theory.cut_fractions import one_layer_cut_fraction as one_layer_cut_fraction
from sgq.theory.integer_fields import integer_field_energy as integer_field_energy
from sgq.theory.integer_fields import integer_field_spinodal as integer_field_spinodal
from sgq.theory.integer_fields import integer_field_threshold as integer_field_threshold
from sgq.theory.qaoa import sherrington_kirkpatrick_angles as sherrington_kirkpatrick_angles
from sgq.theory.qaoa import sherrington_kirkpatrick_energy as sherrington_kirkpatrick_energy
from sgq.theory.surveys import Complexity as Complexity
from sgq.theory.surveys import complexity as complexity
from sgq.theory.surveys import satisfiability_threshold as satisfiability_threshold
from sgq.theory.surveys import survey_onset as survey_onset
from sgq.theory.thresholds import Threshold as Threshold
from sgq.theory.thresholds import first_moment_threshold as first_moment_threshold
from sgq.theory.two_sat import two_sat_contradictions as two_sat_contradictions
from sgq.theory.two_sat import two_sat_scaling_variable as two_sat_scaling_variable
