"""The one tree of errors that a person may see.

    BioassistError
    ├── UsageError      the command was asked for something it cannot do      exit 2
    ├── InputError      a note, corpus or schema cannot be read               exit 3
    │   └── SchemaError
    ├── ModelError      a model file or the engine                            exit 4
    │   └── EngineError the worker process that runs llama.cpp
    └── ProjectError    the project folder or its file                        exit 5

Each says what went wrong, where, and what to do next. Only `bioassist.cli.diagnostics` prints them and turns them
into exit codes; the screens show them in a dialog.
"""

from __future__ import annotations


class BioassistError(Exception):
    """A problem that a person can act on.

    `what` is one sentence; `where` a file, line, document or offset; `next_step` what to do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, next_step: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        located = f"{self.where}: {self.what}" if self.where else self.what
        return f"{located} {self.next_step}" if self.next_step else located


class UsageError(BioassistError):
    exit_code = 2


class InputError(BioassistError):
    exit_code = 3


class SchemaError(InputError):
    pass


class ModelError(BioassistError):
    exit_code = 4


class EngineError(ModelError):
    pass


class ProjectError(BioassistError):
    exit_code = 5
