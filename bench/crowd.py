"""A crowd at the door: thousands of connections at once, some of which say nothing or stop in the middle.

What is asked: that whatever was answered as taken is in the outbox, once; that the server is well again as soon as the
crowd has gone; how long an honest caller waits meanwhile. No proxy stands in front, so this is the worst case:
docs/operacao.md says what nginx takes off it.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import time
from collections import Counter
from dataclasses import dataclass

from bench.doors import free_port, listens, rest
from bench.scene import Say, Scene, until

CROWD = 10_000
# Of so many one says nothing and one stops in the middle: each takes a thread for its 5 or 10 seconds.
WORST_EVERY = 250
PATIENCE = 240.0
USUAL_OPEN_FILES = 1024


@dataclass(frozen=True, slots=True)
class Visit:
    """One connection: what it was for, and what came of it (`201`, `refused`, `broken`, `silent`)."""

    kind: str
    fate: str
    message: int = 0


def crowd(scene: Scene, say: Say) -> None:
    """Ten thousand at once, then one more."""
    port = free_port()
    os.environ |= {"RECADO_HTTP_ADDRESS": f"127.0.0.1:{port}", "RECADO_WEB_WORKERS": "2"}
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    request = rest(port).request
    # The server has what systemd gives by default; the crowd itself needs more.
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL_OPEN_FILES, hard))
    with scene.process("web") as web:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        until(lambda: listens(port), 60)
        begun = time.monotonic()
        visits = asyncio.run(_all(port, request))
        seconds = time.monotonic() - begun
        after = asyncio.run(_visit(port, request, "after"))
        well = time.monotonic() - begun - seconds
        alive = web.poll() is None
    _tell(visits, seconds, say)
    say(f"afterwards: {after.fate} in {1000 * well:.0f} ms, the server {'runs' if alive else 'has died'}", "201")


async def _all(port: int, request: str) -> list[Visit]:
    kinds = {0: "mute", 1: "half"}
    names = [f"{kinds.get(n % WORST_EVERY, 'whole')}{n}" for n in range(CROWD)]
    return list(await asyncio.gather(*(_visit(port, request, name) for name in names)))


async def _visit(port: int, request: str, name: str) -> Visit:
    kind = name.rstrip("0123456789")
    whole = request.replace("{N}", f"crowd-{name}").encode()
    sent = {"mute": b"", "half": whole[: len(whole) // 2]}.get(kind, whole)
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(sent)
                answer = await reader.read()
            finally:
                writer.close()
    except TimeoutError:
        return Visit(kind, "silent")
    except OSError:
        return Visit(kind, "broken")
    if not answer:
        return Visit(kind, "broken")
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head[9:12].decode()
    return Visit(kind, status, json.loads(body)["id"] if status == "201" else 0)


def _tell(visits: list[Visit], seconds: float, say: Say) -> None:
    from recado.outbox.models import Message

    told = [visit.message for visit in visits if visit.message]
    there = Message.objects.filter(pk__in=told).count()
    for kind in ("whole", "half", "mute"):
        fates = Counter(visit.fate for visit in visits if visit.kind == kind)
        say(f"{kind}: {', '.join(f'{count} {fate}' for fate, count in fates.most_common())}", "printed")
    say(
        f"{CROWD} connections over in {seconds:.0f} s; {len(told)} answered as taken, {len(told) - there} of them lost,"
        f" {len(told) - len(set(told))} twice",
        "0 lost, 0 twice",
    )
