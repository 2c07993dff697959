"""Tasks as programs of forced text and choices: what the model reads, and the only things it may answer."""
