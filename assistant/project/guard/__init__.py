"""What keeps people from leaning on the model: who sees what without suggestions first, and what came of it."""
