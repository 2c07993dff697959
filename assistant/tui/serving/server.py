"""A web server for one project on the loopback address: the page, its files, and the socket of its terminal."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import resources
from pathlib import Path

from aiohttp import WSMsgType, web

from assistant.tui.serving.door import ADDRESS, door, new_token
from assistant.tui.serving.tab import Tab
from bioassist.errors import UsageError

HEARTBEAT = 15.0  # seconds after which a page that does not answer is taken for closed
PATIENCE = 1.0  # seconds for a page that is loaded anew to let go of the project
_ELSEWHERE = (
    "\x1b[2J\x1b[H\r\n  This project is open in another tab.\r\n\r\n"
    "  One tab at a time has it. Close that one, and it opens here.\r\n"
)
_THEIRS, _OURS = resources.files("textual_serve") / "static", resources.files(__package__)
# What the page may load, by the name under which it does.
FILES = {
    "textual.js": (_THEIRS / "js" / "textual.js", "text/javascript"),
    "xterm.css": (_THEIRS / "css" / "xterm.css", "text/css"),
    "RobotoMono.ttf": (_THEIRS / "fonts" / "RobotoMono-VariableFont_wght.ttf", "font/ttf"),
    "page.css": (_OURS / "page.css", "text/css"),
    "page.js": (_OURS / "page.js", "text/javascript"),
}


class Site:
    """The web application. `command` shows the project's screen in a terminal; each tab runs one, in turn."""

    def __init__(self, command: Sequence[str], token: str) -> None:
        self._command = command
        self._turn = asyncio.Lock()
        self._sockets: set[web.WebSocketResponse] = set()
        self.application = web.Application(middlewares=[door(token)])
        self.application.add_routes(
            [
                web.get(f"/{token}/", self._page),
                web.get(f"/{token}/socket", self._socket),
                web.get(f"/{token}/files/{{name}}", self._file),
            ]
        )
        self.application.on_response_prepare.append(_restrict)
        self.application.on_shutdown.append(self._close)

    async def _page(self, request: web.Request) -> web.Response:
        page = (_OURS / "page.html").read_text("utf-8")
        socket = f"ws://{request.host}{request.path}socket"
        return web.Response(text=page.replace("@SOCKET@", socket), content_type="text/html")

    async def _file(self, request: web.Request) -> web.Response:
        found = FILES.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found[0].read_bytes(), content_type=found[1])

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            async with self._its_turn(socket):
                if not socket.closed:
                    await self._show(socket, _cells(request, "width", 80), _cells(request, "height", 24))
        except ConnectionError:
            pass  # the page is gone
        finally:
            self._sockets.discard(socket)
        return socket

    @asynccontextmanager
    async def _its_turn(self, socket: web.WebSocketResponse) -> AsyncIterator[None]:
        """Wait until no other tab has the project; say so if that takes longer than loading a page anew."""
        try:
            await asyncio.wait_for(self._turn.acquire(), PATIENCE)
        except TimeoutError:
            await socket.send_bytes(_ELSEWHERE.encode("utf-8"))
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    async def _show(self, socket: web.WebSocketResponse, width: int, height: int) -> None:
        tab = Tab(self._command, socket)
        await tab.start(width, height)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await _pass_on(message.data, socket, tab)
        finally:
            await tab.stop()

    async def _close(self, _: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close()


async def _pass_on(said: str, socket: web.WebSocketResponse, tab: Tab) -> None:
    """What the page says: keys, its size, whether it has the focus. What is none of these is not listened to."""
    try:
        message = json.loads(said)
    except ValueError:
        return
    match message:
        case ["stdin", str(keys)]:
            await tab.send_bytes(keys.encode("utf-8", "surrogatepass"))
        case ["resize", {"width": int(width), "height": int(height)}]:
            await tab.set_terminal_size(width, height)
        case ["focus", *_]:
            await tab.focus()
        case ["blur", *_]:
            await tab.blur()
        case ["ping", data]:
            await socket.send_json(["pong", data])


def _cells(request: web.Request, name: str, otherwise: int) -> int:
    given = request.query.get(name, "")
    return min(int(given), 1000) if given.isdecimal() and int(given) else otherwise


async def _restrict(request: web.Request, response: web.StreamResponse) -> None:
    """The page may load from here alone, open no other, be in no frame, and stay in no cache."""
    here = f"http://{request.host} ws://{request.host}"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; "
        f"connect-src {here}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "sandbox allow-scripts allow-same-origin"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"


@asynccontextmanager
async def serving(command: Sequence[str], port: int = 0) -> AsyncIterator[str]:
    """Serve while inside; gives the address with its token. Raises UsageError if `port` is taken (0: any free one)."""
    token = new_token()
    # No access log: its lines would hold the token.
    runner = web.AppRunner(Site(command, token).application, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, ADDRESS, port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise UsageError(
                f"port {port} is taken on this machine.", next_step="Name another with --port, or none."
            ) from None
        yield f"http://{ADDRESS}:{runner.addresses[0][1]}/{token}/"
    finally:
        await runner.cleanup()


async def serve(command: Sequence[str], announce: Callable[[str], None], port: int, open_from: Path | None) -> None:
    """Serve until cancelled. `announce` is told the address; with `open_from` a browser is opened on it.

    The address does not go on the browser's command line, which others of this machine can read: a private file in the
    folder `open_from` leads there, and is gone when this ends.
    """
    async with serving(command, port) as address:
        announce(address)
        if open_from is None:
            await asyncio.Event().wait()
            return
        way = open_from / "open.html"
        _write_way(way, address)
        try:
            await asyncio.to_thread(webbrowser.open, way.resolve().as_uri())
            await asyncio.Event().wait()
        finally:
            way.unlink(missing_ok=True)


def _write_way(way: Path, address: str) -> None:
    with suppress(FileNotFoundError):
        way.unlink()
    with os.fdopen(os.open(way, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}">\n')
