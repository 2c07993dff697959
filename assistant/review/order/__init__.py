"""Which item comes next, and how far the work is."""
