"""What goes out of a project, and what is remembered of it for the day it comes back."""
