"""Analysis: samples in, numbers out."""
