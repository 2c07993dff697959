"""Several annotators in one project: who they are, whose notes are whose, and what they ask each other."""
