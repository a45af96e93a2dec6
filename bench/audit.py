"""Figures of *Auditoria* over a million entries of a year, most of which are lists that somebody saw."""

from __future__ import annotations

import time
from typing import Any

from bench.scene import Say, Scene, percentile

ROWS = 1_000_000
REQUESTS = 20
_STEP_SECONDS = 365 * 86400 / ROWS
_NUMBERS = " || ', ' || ".join(f"(10000000 + n * 3 - {back})" for back in range(10))
QUESTIONS = {
    "everything": "",
    "its last page": "pagina=100000",
    "an RA's number": "sobre=12000002",
    "words that stand nowhere": "sobre=nada+disso",
    "a part of a name": "pessoa=tal+7",
    "a deed that nobody did": "acao=mail_viewed",
}


def audit(scene: Scene, say: Say) -> None:
    """Server time of the screen for each kind of question; on PostgreSQL the server's processor is not in `cpu`."""
    client = _ready()
    for what, query in QUESTIONS.items():
        walls, cpus = zip(*(_timed(client, query) for _ in range(REQUESTS)), strict=True)
        say(f"{what}: p95 {percentile(walls, 0.95):.0f} ms, cpu {percentile(cpus, 0.5):.0f} ms", "p95 <= 150 ms")


def _timed(client: Any, query: str) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    assert client.get(f"/auditoria/?{query}").status_code == 200
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def _ready() -> Any:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("collectstatic", interactive=False, verbosity=0)
    for number in range(80):
        User.objects.create(username=f"pessoa{number}", first_name="Fulana", last_name=f"de Tal {number}")
    with connection.cursor() as cursor:
        cursor.execute(_entries(postgresql=connection.vendor == "postgresql"))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("bench"), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/ajuda/")
    return client


def _entries(*, postgresql: bool) -> str:
    series = (
        f"generate_series(1, {ROWS}) AS n"
        if postgresql
        else f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS}) SELECT n FROM c)"
    )
    moment = (
        f"now() - ({ROWS} - n) * {_STEP_SECONDS} * interval '1 second'"
        if postgresql
        else f"strftime('%Y-%m-%d %H:%M:%f', 'now', (-({ROWS} - n) * {_STEP_SECONDS}) || ' seconds') || '000'"
    )
    return (
        "INSERT INTO people_auditentry (at, who, address, deed, subject, detail)"
        f" SELECT {moment}, 'pessoa' || (n % 80), '192.0.2.' || (n % 250),"
        " CASE WHEN n % 10 < 4 THEN 'ra_viewed' WHEN n % 10 = 4 THEN 'login' ELSE 'list_viewed' END,"
        " CASE WHEN n % 10 < 4 THEN '' || (10000000 + n * 3) WHEN n % 10 = 4 THEN '' ELSE 'Consultar RA' END,"
        f" CASE WHEN n % 10 > 4 THEN 'RA ' || {_NUMBERS} ELSE '' END FROM {series}"
    )
