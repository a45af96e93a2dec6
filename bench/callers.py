"""Callers of a door: `python -m bench.callers` makes calls from a process of its own and writes what came of each.

A call opens its connection, as GSAN does, writes one request and reads to the end. Its reader gives one line a call:
the moment it was due, the moment of the answer (monotonic seconds), and the answer's body or `-`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Result:
    """One call: when it was due, when its answer was there, the body of an answer 2xx, else empty."""

    due: float
    ended: float
    body: str


async def one_call(port: int, request: bytes) -> str:
    """Give the body of a 2xx answer; "" for whatever else, a refused or broken connection too."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                answer = await reader.read()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return ""
    head, _, body = answer.partition(b"\r\n\r\n")
    return body.decode(errors="replace").strip() if head[9:10] == b"2" else ""


async def saturate(port: int, template: str, *, callers: int, seconds: float) -> list[Result]:
    """`callers` at once, each with the next call as soon as it has its answer."""
    results: list[Result] = []
    until = time.monotonic() + seconds

    async def caller(number: int) -> None:
        count = 0
        while (due := time.monotonic()) < until:
            count += 1
            body = await one_call(port, fill(template, f"{number}x{count}"))
            results.append(Result(due, time.monotonic(), body))

    await asyncio.gather(*(caller(number) for number in range(callers)))
    return results


async def steady(port: int, template: str, *, rate: float, seconds: float) -> list[Result]:
    """`rate` calls a second, whether or not the earlier ones were answered; time counts from when each was due."""
    results: list[Result] = []
    begun = time.monotonic()

    async def call(number: int) -> None:
        due = begun + number / rate
        await asyncio.sleep(due - time.monotonic())
        body = await one_call(port, fill(template, f"s{number}"))
        results.append(Result(due, time.monotonic(), body))

    await asyncio.gather(*(call(number) for number in range(int(rate * seconds))))
    return results


def fill(template: str, word: str) -> bytes:
    """A request whose text is its own."""
    return template.replace("{N}", word).encode("latin-1")


def main() -> None:
    """`PORT saturate|steady HOW_MANY SECONDS`, the request on standard input."""
    port, kind, amount, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    template = sys.stdin.read()
    if kind == "steady":
        results = asyncio.run(steady(port, template, rate=amount, seconds=seconds))
    else:
        results = asyncio.run(saturate(port, template, callers=int(amount), seconds=seconds))
    for result in results:
        print(f"{result.due:.6f} {result.ended:.6f} {result.body or '-'}")


if __name__ == "__main__":
    main()
