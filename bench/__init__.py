"""Benchmarks: each a module to be run, on a quiet machine."""
