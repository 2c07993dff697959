"""The inspector's two forms, and the words that both show."""
