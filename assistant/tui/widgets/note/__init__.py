"""The parts of the note's text: its page, what lies on it, the caret, the letters that reach a span, the mouse."""
