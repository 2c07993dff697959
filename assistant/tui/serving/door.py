"""Who is let in: requests to this machine's loopback address that know the token of this run.

Other programs and other people of this machine can reach a port on the loopback address, and a page from anywhere can
make the browser do so. A token that is part of every path keeps both out: no other page can read it, and unlike a
cookie it is not sent to other ports. The name in the Host header must be the loopback's, which a page that had its own
name pointed there cannot have; an Origin, where the browser sends one, must be ours.
"""

from __future__ import annotations

import hmac
import secrets

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

ADDRESS = "127.0.0.1"
_NAMES = (ADDRESS, "localhost")


def new_token() -> str:
    """A token that nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


def door(token: str) -> Middleware:
    """A middleware that lets in what knows the token, and answers 403 to all else, whatever it asks for."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.path.split("/")[1]
        knows = hmac.compare_digest(given.encode("utf-8"), token.encode("utf-8"))
        if not (knows and _is_ours(request)):
            raise web.HTTPForbidden(text="403: this address needs the token that was printed with it.")
        return await handler(request)

    return check


def _is_ours(request: web.Request) -> bool:
    """Whether the request was addressed to us by name, and comes from our own page or from none."""
    here = request.transport.get_extra_info("sockname") if request.transport is not None else None
    if here is None or request.host not in [f"{name}:{here[1]}" for name in _NAMES]:
        return False
    origins = request.headers.getall(hdrs.ORIGIN, [])
    if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket" and not origins:
        return False
    return all(origin == f"http://{request.host}" for origin in origins)
