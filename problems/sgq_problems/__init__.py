"""Problem families, one file each; they register through the entry-point group sgq.problems."""
