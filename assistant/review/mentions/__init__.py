"""Mentions: decided on, added, shaped, and repeated for the same words elsewhere."""
