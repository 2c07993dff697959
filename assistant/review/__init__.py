"""Reviewing: every use-case of a person at work on a project, without a screen."""
