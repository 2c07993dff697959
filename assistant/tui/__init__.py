"""The terminal screens. Only this package imports textual."""
