"""What goes wrong, told to a person: the only place that prints errors and that owns the exit codes.

    0 done   1 done with findings   2 usage   3 input   4 model   5 project   130 interrupted

stdout carries data, stderr everything that is said to a person.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from enum import IntEnum
from typing import NoReturn

import click

from bioassist.errors import BioassistError


class Exit(IntEnum):
    DONE = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    MODEL = 4
    PROJECT = 5
    INTERRUPTED = 130


def say(line: str = "") -> None:
    """One line of narration on stderr. What is not to be obeyed in it is made visible (see `visible`)."""
    # Work goes on when nobody listens any more.
    with suppress(BrokenPipeError):
        click.echo(visible(line), err=True)


def visible(line: str) -> str:
    """`line` with line ends, control and bidi characters as escapes: a file's name can hold any of them."""
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in line)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def report(error: BioassistError) -> None:
    """What, where and what next, on stderr."""
    where = f"{error.where}: " if error.where else ""
    say(f"bioassist: {where}{error.what}")
    if error.next_step:
        say(f"  {error.next_step}")


class Guard:
    """Runs a command and turns what it raises into a message and an exit code."""

    def __init__(self, command: click.Command) -> None:
        self._command = command

    def run(self, arguments: list[str] | None = None) -> NoReturn:
        sys.exit(self.code(arguments))

    def code(self, arguments: list[str] | None = None) -> int:
        try:
            result = self._command.main(arguments, prog_name="bioassist", standalone_mode=False)
            return int(result) if isinstance(result, int) else Exit.DONE
        except click.exceptions.Exit as leaving:
            return leaving.exit_code
        except click.ClickException as error:
            _show(error)
            return Exit.USAGE
        except (KeyboardInterrupt, click.Abort):
            say("bioassist: interrupted. What is done is kept; the same command goes on from here.")
            return Exit.INTERRUPTED
        except BioassistError as error:
            report(error)
            return error.exit_code
        except (BrokenPipeError, SystemExit):
            # click and rich make an exit of a broken pipe, and of nothing else here.
            return _unread()
        except OSError as error:
            report(from_os_error(error))
            return Exit.INPUT
        except Exception as error:
            report(_unforeseen(error))
            return Exit.FINDINGS


def _unread() -> Exit:
    """The reader of our output has gone (`| head`); nothing is wrong with what we did."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.DONE


def _show(error: click.ClickException) -> None:
    """click's own message, with what was typed in it made visible."""
    told = io.StringIO()
    error.show(told)
    for line in told.getvalue().rstrip("\n").split("\n"):
        say(line)


def _unforeseen(error: Exception) -> BioassistError:
    """A defect of ours: where the trace of it lies, which names code and no note."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="bioassist-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.write("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__ + "\n")
    return BioassistError(
        f"this should not happen ({type(error).__name__}). What was saved is kept.",
        next_step=f"Please report it with {file.name}, which holds lines of our code and nothing of your notes.",
    )


def from_os_error(error: OSError) -> BioassistError:
    """An operating system's refusal in our words."""
    where = str(error.filename) if error.filename else None
    if error.errno == errno.ENOSPC:
        return BioassistError("the disk is full.", where=where, next_step="Make room; what was done is kept.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return BioassistError("no permission to write or read here.", where=where)
    return BioassistError(f"{(error.strerror or str(error)).lower()}.", where=where)
