"""The journal of a project: what people decided, in order, and what is derived from it."""
