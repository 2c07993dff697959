"""Times as the status line shows them: local, to the second."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The present moment in ISO 8601, UTC, as the journal writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def midnight() -> datetime:
    """When the day began, here."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def time_of_day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")


def duration(seconds: float) -> str:
    """A length of time in the units that matter to someone who waits."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
