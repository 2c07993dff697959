"""What runs behind one tab: a process with the review screen in it, and its way to the page's terminal."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

from aiohttp import web
from textual import messages
from textual.drivers.web_driver import WebDriver
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from assistant.children import environment

STOPPING = 10.0  # seconds that a screen has to close


class TabDriver(WebDriver):
    """Ends the application when the server is gone: it would hold the project for ever."""

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            self.send_message(messages.ExitApp())


class Tab(AppService):
    """Runs `command`, which must show a Textual application, for the page at the other end of `socket`."""

    def __init__(self, command: Sequence[str], socket: web.WebSocketResponse) -> None:
        async def write_bytes(data: bytes) -> None:
            await socket.send_bytes(data)

        async def write_str(data: str) -> None:
            await socket.send_str(data)

        async def close() -> None:
            await socket.close()

        super().__init__(
            "", write_bytes=write_bytes, write_str=write_str, close=close, download_manager=DownloadManager()
        )
        self._arguments = list(command)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        python = {name: value for name, value in environment().items() if name.startswith("PYTHON")}
        driver = {"TEXTUAL_DRIVER": f"{TabDriver.__module__}:{TabDriver.__name__}"}
        # No shell: names of projects may hold anything.
        process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height) | python | driver,
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def run(self) -> None:
        """Pass on what the screen writes, until it ends; the page is told of that end however it came."""
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def stop(self) -> None:
        try:
            await asyncio.wait_for(super().stop(), STOPPING)
        except TimeoutError:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()
        if self._process is not None:
            await self._process.wait()
