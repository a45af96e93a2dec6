"""Figures of the screens: *Consultar* over a million messages, and the web's memory."""

from __future__ import annotations

import random
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bench.scene import Say, Scene, percentile, resident_mib, until

ROWS = 1_000_000
YEAR_START = datetime(2025, 11, 1, tzinfo=UTC)
REQUESTS = 60
SEED = 20261122


def consult(scene: Scene, say: Say) -> None:
    """Server time of *Consultar* for one month out of a year of a million messages: first page, then any page."""
    from django.core.management import call_command
    from django.test import Client

    call_command("collectstatic", interactive=False, verbosity=0)
    _fill()
    client = Client(SERVER_NAME="localhost")
    client.force_login(_user())
    chance = random.Random(SEED)
    orders = ("celular", "-protocolo", "tipo", "-situacao")
    cases: dict[str, Callable[[], dict[str, str]]] = {
        "first page": lambda: {"pagina": "1"},
        "any page": lambda: {"pagina": str(chance.randint(1, 8000))},
        "first page in another order": lambda: {"ordem": chance.choice(orders)},
        "any page in another order": lambda: {"ordem": chance.choice(orders), "pagina": str(chance.randint(1, 8000))},
        "one user": lambda: {"usuario": "ana"},
        "one RA": lambda: {"ra": str(chance.randint(1, ROWS))},
    }
    for what, more in cases.items():
        times = [_timed(client, chance.randint(0, 10), more(), chance) for _ in range(REQUESTS)]
        say(f"{what}: {percentile(times, 0.5):.0f} ms (p50), {percentile(times, 0.95):.0f} ms (p95)", "150 ms p95")
    _say_plan(say)


def web_memory(scene: Scene, say: Say) -> None:
    """Resident memory of the web server with its workers after some requests."""
    with scene.process("web") as web:
        address = "http://127.0.0.1:8000/saude/"
        until(lambda: _answers(address), 60)
        for _ in range(50):
            _answers(address)
        say(f"web resident memory {resident_mib(web.pid):.0f} MiB (master and workers)", "printed")


def _timed(client: object, month: int, more: dict[str, str], chance: random.Random) -> float:
    first = (YEAR_START + timedelta(days=32 * month)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    filters = {"inicio": f"{first:%d/%m/%Y}", "fim": f"{last:%d/%m/%Y}", **more}
    if chance.random() < 0.5:
        filters["situacao"] = chance.choice(["enviadas", "nao-enviadas"])
    if chance.random() < 0.3:
        filters["tipo"] = str(chance.randint(1, 5))
    started = time.perf_counter()
    answer = client.get("/mensagens/", filters)  # type: ignore[attr-defined]
    seconds = time.perf_counter() - started
    assert answer.status_code == 200, answer.status_code
    return seconds * 1000


def _user() -> object:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_superuser("bench")


def _fill() -> None:
    """A year of messages, evenly spread, most of them sent; made by the database itself."""
    from django.db import connection

    start = YEAR_START.replace(tzinfo=None)
    columns = (
        "type_id, number, text, encoding, priority, status, cause, reason, idempotency_key, attempts, protocol,"
        " ra_number, created_by, created_at, moment, ready_at"
    )
    status = (
        "CASE WHEN n % 100 < 60 THEN 'sent' WHEN n % 100 < 92 THEN 'delivered' WHEN n % 100 < 95 THEN 'failed'"
        " WHEN n % 100 < 97 THEN 'undelivered' WHEN n % 100 < 98 THEN 'uncertain' ELSE 'expired' END"
    )
    step = 365 * 86400 / ROWS
    if connection.vendor == "postgresql":
        source = f"generate_series(1, {ROWS}) AS n"
        moment = f"timestamptz '{start:%Y-%m-%d} UTC' + n * interval '{step} seconds'"
        text = "'+55819' || lpad(n::text, 8, '0')"
        key, protocol = "'bench:' || n", "'20261' || lpad(n::text, 9, '0')"
    else:
        source = f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS}) SELECT n FROM c)"
        moment = f"strftime('%Y-%m-%d %H:%M:%f', '{start:%Y-%m-%d}', (n * {step}) || ' seconds') || '000'"
        text = "printf('+55819%08d', n)"
        key, protocol = "'bench:' || n", "printf('20261%09d', n)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO outbox_message ({columns})"
            f" SELECT 1 + n % 5, {text}, 'Texto fictício.', 'fold', 1,"
            f" {status}, '', '', {key}, 1, {protocol}, n, '', {moment}, {moment}, {moment} FROM {source}"
        )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _say_plan(say: Say) -> None:
    """The plans of the statements that a month's last pages run, as the database tells them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from recado.outbox.queries import Consultation

    asked = Consultation(start=YEAR_START.date(), end=YEAR_START.date() + timedelta(days=29))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        asked.rows(asked.count() - 10, 10)
    explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    for what, query in zip(("count", "page"), captured, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(explain + query["sql"])
            for row in cursor.fetchall():
                say(f"{what}: {row[-1]}", "plan")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
