"""The notes of a project: how they come in, and what holds when they change."""
