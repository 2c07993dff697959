"""How a project's schema changes under decisions that are there, and changes back."""
