"""Figures of the doors for other systems: accepted sends a second, their times, that a killed process loses none.

Callers, web and database share the machine, and whoever else works on it: the processor time of a call, which nobody
else inflates, stands beside the rate.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.callers import Result
from bench.scene import Say, Scene, cpu_seconds, percentile, until

BY_HAND = 6
CALLERS = 16
SECONDS = 10.0
STEADY_RATE = 100.0
KILL_EVERY = (0.3, 1.2)
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: the request with `{N}` for what makes each text another, and the message's number of an answer."""

    name: str
    request: str
    message_of: Callable[[str], int | None]


def doors(scene: Scene, say: Say) -> None:
    """Each door: as fast as it goes, at a steady rate, and while its processes are killed."""
    port = free_port()
    os.environ |= {"RECADO_HTTP_ADDRESS": f"127.0.0.1:{port}", "RECADO_WEB_WORKERS": "2"}
    found = [rest(port), _playsms(port)]
    with scene.process("web") as web:
        until(lambda: listens(port), 60)
        for door in found:
            _call(port, door, "saturate", 2, 1)
            _say_throughput(port, door, say)
            _say_steady(port, door, say)
            _say_killed(port, door, web.pid, say)


def rest(port: int) -> Door:
    """The REST API, with a system and a token of its own."""
    from recado.clients.models import MOST_RATE
    from recado.clients.scopes import Scope
    from recado.clients.tokens import issue, register

    now = datetime.now(UTC)
    client = register("bench", networks="", rate_per_minute=MOST_RATE, actor="bench", now=now)
    token = issue(client, name="bench", scopes=[Scope.MESSAGES_SEND], days=1, actor="bench", now=now).secret
    body = json.dumps({"number": "81987654321", "text": "Protocolo 20261000000012"})
    head = f"POST /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {token}\r\nIdempotency-Key: {{N}}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return Door("REST", head + body, lambda answer: int(json.loads(answer)["id"]) if answer.startswith("{") else None)


def _playsms(port: int) -> Door:
    from recado.playsms import accounts
    from recado.playsms.models import Account, NinthDigit

    account = Account(
        name="bench",
        type_id=BY_HAND,
        ninth_digit=NinthDigit.COMPLETE,
        created_at=datetime.now(UTC),
        created_by="bench",
    )
    password = accounts.set_password(account)
    account.save()
    address = f"/index.php?app=webservices&u=bench&p={password}&to=558187654321&ta=pv&msg=Protocolo+{{N}}"
    request = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    return Door("playSMS", request, _id_of_text)


def _id_of_text(body: str) -> int | None:
    match = re.fullmatch(r"OK (\d+)", body)
    return int(match[1]) if match else None


def _say_throughput(port: int, door: Door, say: Say) -> None:
    before = _cpu_of_all()
    results = _call(port, door, "saturate", CALLERS, SECONDS)
    spent = {name: seconds - before.get(name, 0.0) for name, seconds in _cpu_of_all().items()}
    accepted = [result for result in results if door.message_of(result.body)]
    seconds = max(result.ended for result in results) - min(result.due for result in results)
    times = [1000 * (result.ended - result.due) for result in accepted]
    say(
        f"{door.name}: {len(accepted) / seconds:.0f} accepted/s with {CALLERS} callers,"
        f" p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms,"
        f" {len(results) - len(accepted)} refused",
        "300/s on PostgreSQL",
    )
    costs = ", ".join(f"{name} {1000 * spent[name] / len(accepted):.2f} ms" for name in sorted(spent))
    say(f"{door.name}: processor time of a call: {costs}", "printed")


def _say_steady(port: int, door: Door, say: Say) -> None:
    results = _call(port, door, "steady", STEADY_RATE, SECONDS)
    times = [1000 * (result.ended - result.due) for result in results if door.message_of(result.body)]
    say(
        f"{door.name}: at {STEADY_RATE:.0f}/s p50 {percentile(times, 0.5):.0f} ms,"
        f" p95 {percentile(times, 0.95):.0f} ms, {len(results) - len(times)} refused",
        "p95 50 ms",
    )


def _say_killed(port: int, door: Door, master: int, say: Say) -> None:
    """Workers die at random moments; whatever was answered as taken must be in the outbox, and once."""
    from recado.outbox.models import Message

    chance, stop, killed = random.Random(SEED), threading.Event(), []

    def kill() -> None:
        while not stop.wait(chance.uniform(*KILL_EVERY)):
            workers = _children(master)
            if workers:
                victim = chance.choice(workers)
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

    killer = threading.Thread(target=kill)
    killer.start()
    results = _call(port, door, "saturate", CALLERS, SECONDS)
    stop.set()
    killer.join()
    told = [number for result in results if (number := door.message_of(result.body))]
    there = Message.objects.filter(pk__in=told).count()
    say(
        f"{door.name}: {len(killed)} processes killed, {len(told)} answered as taken, {len(told) - there} of them lost,"
        f" {len(told) - len(set(told))} answered twice, {len(results) - len(told)} calls without an answer",
        "0 lost, 0 twice",
    )


def _call(port: int, door: Door, kind: str, amount: float, seconds: float) -> list[Result]:
    command = [sys.executable, "-m", "bench.callers", str(port), kind, str(amount), str(seconds)]
    # Each round's texts are its own, or the door would take them for repetitions.
    request = door.request.replace("{N}", f"{time.monotonic_ns()}x{{N}}")
    done = subprocess.run(command, input=request, capture_output=True, text=True, check=True)
    lines = (line.split(" ", 2) for line in done.stdout.splitlines())
    return [Result(float(due), float(ended), body) for due, ended, body in lines]


def _cpu_of_all() -> dict[str, float]:
    """Processor seconds so far of the web and of the database's server, as children of this process."""
    spent: dict[str, float] = {}
    waiting = _children(os.getpid())
    while waiting:
        pid = waiting.pop()
        with contextlib.suppress(OSError):
            waiting += _children(pid)
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            name = "postgres" if b"postgres" in words else "web"
            spent[name] = spent.get(name, 0.0) + cpu_seconds(pid)
    return spent


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """True when somebody does."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
