# `make check` is what CI runs: everything that can be wrong with a change.
.PHONY: check format lint types contracts test docs

PYTHON ?= python

check: lint types contracts docs test

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

contracts:
	lint-imports

docs:
	$(PYTHON) -m docs.generated --check

test:
	$(PYTHON) -m pytest
