"""What keys of the review screen do, by group of the key map: each becomes a call of the session."""
