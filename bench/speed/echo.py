"""The same server with nothing behind it: reads the body, answers. What bare HTTP costs."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

_ANSWER = b'{"stored":{}}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_ANSWER))]


async def app(_scope: Any, receive: Any, send: Any) -> None:
    """Answer 200 to anything."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _ANSWER})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
