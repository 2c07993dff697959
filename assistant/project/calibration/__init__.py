"""How far a model's probabilities are to be believed in a project, and the samples that measure it."""
