"""bioassist: pre-annotate clinical notes on this machine, review them in the terminal, export brat and spaCy."""

__version__ = "0.1.0"
