"""The screen in a browser: who is let in, what the page is made of, and that it works."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from cli_setup import MAIN

from assistant.children import environment
from assistant.project.store import Project
from assistant.tui.serving.server import FILES, serving

from . import browser
from .conftest import FakeProject
from .notes import DISCHARGE

# Shows an application of its own behind each tab: what the door does needs no project.
ECHO = """
import os
from textual.app import App
from textual.widgets import Static

class Echo(App[None]):
    def compose(self):
        yield Static("ready " + str(os.getpid()), id="said")
    def on_key(self, event):
        if event.key == "q":
            self.exit()
        self.query_one("#said", Static).update("pressed " + event.key)

Echo().run()
"""
COMMAND = [sys.executable, "-c", ECHO]


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with serving(COMMAND) as found:
        yield found


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


def parts(address: str) -> tuple[str, str]:
    """Where it is, without the path; and the token."""
    found = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/([\w-]{43})/", address)
    assert found is not None
    return found[1], found[2]


async def status(client: aiohttp.ClientSession, url: str, **headers: str) -> int:
    async with client.get(url, headers={name.title(): value for name, value in headers.items()}) as answer:
        return answer.status


async def test_the_token_opens_the_page_and_nothing_else_does(client: aiohttp.ClientSession, address: str) -> None:
    where, token = parts(address)
    assert await status(client, address) == 200
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    file = "files/page.css"
    for path in ("/", f"/{wrong}/", f"/{token[:-1]}/", "/socket", f"/{file}", f"/{wrong}/{file}", "/%00/"):
        assert await status(client, where + path) == 403, path
    assert await status(client, f"{where}/{wrong}/no-such-page") == 403
    assert await status(client, f"{where}/{token}/no-such-page") == 404


async def test_each_run_has_a_token_of_its_own(address: str) -> None:
    async with serving(COMMAND) as other:
        assert parts(other)[1] != parts(address)[1]


async def test_a_name_that_was_pointed_here_is_refused(client: aiohttp.ClientSession, address: str) -> None:
    where, _ = parts(address)
    port = where.rsplit(":", 1)[1]
    for host in ("notes.example", f"notes.example:{port}", "127.0.0.1", f"127.0.0.1:{int(port) - 1}", "a:b:c"):
        assert await status(client, address, host=host) == 403, host
    assert await status(client, address, host=f"localhost:{port}") == 200


async def test_another_page_is_refused(client: aiohttp.ClientSession, address: str) -> None:
    where, _ = parts(address)
    for origin in ("http://notes.example", "null", "http://127.0.0.1:1", where.replace("http", "https")):
        assert await status(client, address, origin=origin) == 403
    assert await status(client, address, origin=where) == 200


@pytest.mark.parametrize("case", ["no token", "wrong origin", "no origin", "wrong host"])
async def test_the_socket_asks_for_as_much(client: aiohttp.ClientSession, address: str, case: str) -> None:
    where, _ = parts(address)
    url = f"{where}/socket" if case == "no token" else f"{address}socket"
    headers = {"Origin": "http://notes.example" if case == "wrong origin" else where}
    if case == "no origin":
        headers = {}
    if case == "wrong host":
        headers["Host"] = "notes.example"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(url, headers=headers)
    assert refused.value.status == 403


async def test_the_page_and_its_files_name_nothing_remote(client: aiohttp.ClientSession, address: str) -> None:
    where, _ = parts(address)
    async with client.get(address) as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and not re.search(r"https?://(?!127\.0\.0\.1:)|\*", policy)
    assert set(re.findall(r"(?:src|href)=\"([^\"]+)\"", page)) == {"data:,", *(f"files/{name}" for name in FILES)} - {
        "data:,files"
    }
    assert re.findall(r"\w+://[^\"\s]+", page) == [f"ws{where[4:]}/{parts(address)[1]}/socket"]
    for name in FILES:
        async with client.get(f"{address}files/{name}") as answer:
            assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
            text = (await answer.read()).decode("latin-1")
        if name.endswith((".css", ".js")):
            # Comments alone: of whoever wrote the terminal first.
            named = set(re.findall(r"(?:https?:)?//([a-z0-9-]+\.[a-z0-9.-]+)[/\"']", text))
            assert named <= {"github.com", "bellard.org"}, named
            assert "@import" not in text and not re.search(r"url\(\s*['\"]?(?:https?:)?//", text)


@asynccontextmanager
async def tab(client: aiohttp.ClientSession, address: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with client.ws_connect(f"{address}socket?width=100&height=30", headers={"Origin": parts(address)[0]}) as made:
        yield made


async def shown(socket: aiohttp.ClientWebSocketResponse, wanted: str) -> str:
    """What came over the socket until `wanted` was in it."""
    seen = ""
    async with asyncio.timeout(60):
        while wanted not in seen:
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, (message.type, seen)
            seen += message.data.decode("utf-8", "replace")
    return seen


async def test_keys_go_there_and_the_screen_comes_back(client: aiohttp.ClientSession, address: str) -> None:
    async with tab(client, address) as socket:
        await shown(socket, "ready ")
        for said in ("not json", "7", '["stdin"]', '["stdin", 7]', '["resize", {"width": "x"}]', "[]"):
            await socket.send_str(said)
        await socket.send_json(["stdin", "x"])
        await shown(socket, "pressed x")
        await socket.send_json(["ping", 7])
        assert (await socket.receive_json(timeout=60)) == ["pong", 7]
        await socket.send_json(["stdin", "q"])
        async with asyncio.timeout(60):
            while not socket.closed:
                await socket.receive()


async def test_a_second_tab_is_told_and_has_its_turn(client: aiohttp.ClientSession, address: str) -> None:
    async with tab(client, address) as first:
        await shown(first, "ready ")
        async with tab(client, address) as second:
            assert "open in another tab" in await shown(second, "it opens here")
            await first.close()
            await shown(second, "ready ")


@asynccontextmanager
async def served(project: Path, *more: str) -> AsyncIterator[str]:
    """`bioassist review PROJECT --serve` as a person would start it; gives the address that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MAIN, "review", str(project), "--serve", *more,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    try:
        async with asyncio.timeout(60):
            address = (await process.stdout.readline()).decode().strip()
        yield address
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            rest, said = await asyncio.gather(process.stdout.read(), process.stderr.read())
        token = parts(address)[1]
        assert rest == b"" and token not in said.decode() and "Traceback" not in said.decode()
        assert "metformin" not in said.decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def discharge(folder: Path) -> Path:
    made = FakeProject(folder)
    made.note("discharge_summary_01", DISCHARGE)
    made.project.close()
    return made.project.path


@pytest.mark.skipif(sys.platform == "win32", reason="the command is stopped by a signal that Windows has not")
async def test_a_decision_in_the_tab_is_saved(client: aiohttp.ClientSession, tmp_path: Path) -> None:
    path = discharge(tmp_path)
    async with served(path, "--as", "ana") as address, tab(client, address) as socket:
        await shown(socket, "PRESENTING COMPLAINT")
        await socket.send_json(["stdin", "a"])
        await shown(socket, "accepted Symptom")
    with Project.open(path, actor="ana") as project:
        assert [entry.action for entry in project.journal.entries()] == ["accept"]


@pytest.mark.skipif(sys.platform == "win32", reason="the command is stopped by a signal that Windows has not")
async def test_a_project_that_another_process_has_is_told_in_the_tab(
    client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    path = discharge(tmp_path)
    async with served(path) as address:
        with Project.open(path):
            async with tab(client, address) as socket:
                assert "another process" in await shown(socket, "Close it there")


@pytest.mark.skipif(browser.found() is None, reason="no Chromium is installed")
@pytest.mark.skipif(sys.platform == "win32", reason="the command is stopped by a signal that Windows has not")
async def test_in_a_real_browser_that_asks_for_nothing_remote(tmp_path: Path) -> None:
    path = discharge(tmp_path)
    async with (
        served(path, "--as", "ana", "--no-summary") as address,
        browser.page(address, tmp_path / "profile") as page,
    ):
        await page.until("document.body && document.body.classList.contains('-first-byte')")
        await page.until("document.activeElement.className == 'xterm-helper-textarea'")
        await page.press("a")
        with Project.open(path, read_only=True) as project:
            async with asyncio.timeout(60):
                while not project.journal.entries():
                    await asyncio.sleep(0.1)
        picture = await page.picture()
        (tmp_path / "served.png").write_bytes(picture)
        await page.press("q")
        await page.until("document.body.classList.contains('-closed')")
        assert "is saved" in await page.value("document.querySelector('#closed').innerText")
        assert await page.value("document.fonts.check(\"15px 'Roboto Mono'\")")
        where, token = parts(address)
        assert f"ws{where[4:]}/{token}/socket" in {url.split("?")[0] for url in page.asked}
        here = (where, f"ws{where[4:]}", "data:", "about:", "blob:")
        remote = [url for url in page.asked if not url.startswith(here)]
        assert remote == []
    assert len(picture) > 20_000
    with Project.open(path, actor="ana") as project:
        assert [entry.action for entry in project.journal.entries()] == ["accept"]
