"""Keys pressed on the review screen one by one, each followed until nothing of it is on its way any more.

Textual's pilot waits by the clock for the process to be idle, which takes most of the time of a thousand keys. Here the
queues of messages say when a key is through.
"""

from __future__ import annotations

import asyncio

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from bench.review_screen import waits

# A key makes messages that make messages; none of the screen's goes further than this before it is in a queue again.
_ROUNDS = 3
_PAUSE = 0.002  # seconds


async def press(pilot: Pilot[None], key: str) -> None:
    """Press one key, a character or as Textual names it; what it began behind the screen may go on."""
    app = pilot.app
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    app.post_message(events.Key(name, key if len(key) == 1 else None))
    while True:
        for _ in range(_ROUNDS):
            await pilot._wait_for_screen()
        if app._message_queue.empty() and not waits(app.screen):
            return
        await asyncio.sleep(_PAUSE)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until what works behind the screen is done, and shown."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
