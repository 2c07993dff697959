"""Several annotators' answers, and gold made of them."""
