"""Places in a text as people mean them."""
