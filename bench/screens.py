"""Figures of the screens over a year of a million messages, and the web's memory."""

from __future__ import annotations

import random
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench import year
from bench.scene import Say, Scene, percentile, resident_mib, until

REQUESTS = 60
# A month that was not asked for before, once each: what a supervisor's first look costs.
MONTHS = 11
LONGEST_PANEL = 92
SEED = 20261122


@dataclass(frozen=True, slots=True)
class _Time:
    """One request in milliseconds, by the wall and by the processor (on PostgreSQL the server's is not in it)."""

    wall: float
    cpu: float


def consult(scene: Scene, say: Say) -> None:
    """Server time of *Consultar* for one month of the year: first page, any page, each order, each filter."""
    client, chance = _ready(), random.Random(SEED)
    pages: dict[str, Callable[[], dict[str, str]]] = {
        "first page": lambda: {"pagina": "1"},
        "any page": lambda: {"pagina": str(chance.randint(1, 8000))},
    }
    orders = {
        f"{where}, by {order}": lambda order=order, more=more: {"ordem": order, **more()}
        for order in ("celular", "-protocolo", "tipo", "-situacao")
        for where, more in pages.items()
    }
    number = lambda: f"{chance.randint(1, year.ROWS):08d}"  # noqa: E731 - one of many that differ in a word
    filters: dict[str, Callable[[], dict[str, str]]] = {
        "one user": lambda: {"usuario": "ana"},
        "one phone": lambda: {"aparelho": "1"},
        "one status": lambda: {"estado": chance.choice(["failed", "uncertain", "delivered"])},
        "one RA": lambda: {"ra": str(chance.randint(1, year.ROWS))},
        "one protocol": lambda: {"protocolo": f"20261{int(number()):09d}"},
    }
    for what, more in {**pages, **orders, **filters}.items():
        _tell(say, what, [_month_of_consult(client, more(), chance) for _ in range(REQUESTS)])
    _say_plan(say)


def panel(scene: Scene, say: Say) -> None:
    """Server time of *Painel* once the job has counted the ended days, and the time that takes: each month of the year,
    as long a period as the form allows; and a month whose every day has changed since."""
    from recado.outbox.models import Message

    client = _ready()
    days, seconds = _count_days()
    say(f"{days} ended days counted in {seconds:.1f} s", "printed")
    months = [_month(number) for number in range(MONTHS)]
    longest = [(first, first + timedelta(days=LONGEST_PANEL - 1)) for first, _ in months[: MONTHS - 2]]
    _tell(say, "a month of the panel", [_panel(client, *month) for month in months])
    _tell(say, f"{LONGEST_PANEL} days of the panel", [_panel(client, *period) for period in longest])
    Message.objects.filter(pk__in=range(1, year.ROWS, 1000)).update(cause="other")
    changed = [_panel(client, *month).wall for month in months]
    say(f"a month with a change on each day: {percentile(changed, 0.95):.0f} ms (p95)", "printed")


def _panel(client: Any, start: date, end: date) -> _Time:
    return _timed(client, "/painel/", {"inicio": f"{start:%d/%m/%Y}", "fim": f"{end:%d/%m/%Y}"})


def _count_days() -> tuple[int, float]:
    """Do the whole work of the job; give the days and the seconds."""
    from django.utils import timezone

    from recado.reports.keeping import LONGEST_TRANSACTION, count_days
    from recado.service_requests.reconciling import check_days

    count_days(timezone.now())
    later, began, days = timezone.now() + LONGEST_TRANSACTION, time.monotonic(), 0
    while count_days(later):
        days += 1
    check_days(timezone.now())
    return days, time.monotonic() - began


def screens(scene: Scene, say: Say) -> None:
    """Server time of the other heavy pages: the customer's story, what went wrong, the queue, the main screen."""
    client, chance = _ready(), random.Random(SEED)
    cases: dict[str, Callable[[], tuple[str, dict[str, str]]]] = {
        "main screen": lambda: ("/", {}),
        "queue and phones": lambda: ("/aparelhos/", {}),
        "errors": lambda: ("/mensagens-com-erro/", {"pagina": str(chance.randint(1, 3000))}),
        "errors of one cause": lambda: ("/mensagens-com-erro/", {"motivo": "no_credit"}),
        "a message": lambda: (f"/mensagens/{chance.randint(1, year.ROWS)}/", {}),
        "an RA": lambda: (f"/ra/{5 * chance.randint(1, year.ROWS // 5)}/", {}),
        "list of RAs": lambda: ("/ra/", {"pagina": str(chance.randint(1, 20_000))}),
    }
    for what, ask in cases.items():
        _tell(say, what, [_timed(client, *ask()) for _ in range(REQUESTS)])
    _tell(
        say,
        "a customer's story",
        [_story(client, year.mobile_of(chance.randint(1, year.ROWS))) for _ in range(REQUESTS)],
    )


def web_memory(scene: Scene, say: Say) -> None:
    """Resident memory of the web server with its workers after some requests."""
    with scene.process("web") as web:
        address = "http://127.0.0.1:8000/saude/"
        until(lambda: _answers(address), 60)
        for _ in range(50):
            _answers(address)
        say(f"web resident memory {resident_mib(web.pid):.0f} MiB (master and workers)", "printed")


def _ready() -> Any:
    """The year in the database, and somebody logged in who may see every screen."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    call_command("collectstatic", interactive=False, verbosity=0)
    year.fill()
    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.create_superuser("bench"))
    # What a process learns once, at its first page, is no figure of any page.
    client.get("/ajuda/")
    return client


def _tell(say: Say, what: str, times: list[_Time]) -> None:
    wall, cpu = [time.wall for time in times], [time.cpu for time in times]
    figures = f"{percentile(wall, 0.5):.0f} ms (p50), {percentile(wall, 0.95):.0f} ms (p95)"
    say(f"{what}: {figures}; processor {percentile(cpu, 0.5):.0f} and {percentile(cpu, 0.95):.0f} ms", "150 ms p95")


def _month(number: int) -> tuple[date, date]:
    first = (year.YEAR_START + timedelta(days=32 * number)).replace(day=1).date()
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _month_of_consult(client: Any, more: dict[str, str], chance: random.Random) -> _Time:
    first, last = _month(chance.randint(0, 10))
    filters = {"inicio": f"{first:%d/%m/%Y}", "fim": f"{last:%d/%m/%Y}", **more}
    if "estado" not in more and chance.random() < 0.5:
        filters["situacao"] = chance.choice(["enviadas", "nao-enviadas"])
    if chance.random() < 0.3:
        filters["tipo"] = str(chance.randint(1, 5))
    return _timed(client, "/mensagens/", filters)


def _story(client: Any, mobile: str) -> _Time:
    """Both requests of a search: what is typed goes by POST and leads to its page."""
    with _stopwatch() as stop:
        answer = client.post("/cliente/procurar/", {"term": mobile}, follow=True)
    assert answer.status_code == 200, answer.status_code
    return stop()


def _timed(client: Any, path: str, query: dict[str, str]) -> _Time:
    with _stopwatch() as stop:
        answer = client.get(path, query)
    assert answer.status_code == 200, (path, query, answer.status_code)
    return stop()


@contextmanager
def _stopwatch() -> Iterator[Callable[[], _Time]]:
    wall, cpu = time.perf_counter(), time.process_time()
    taken: list[_Time] = []
    yield lambda: taken[0]
    taken.append(_Time((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))


def _say_plan(say: Say) -> None:
    """The plans of the statements that a month's last pages run, as the database tells them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from recado.outbox.queries import Consultation

    asked = Consultation(start=year.YEAR_START.date(), end=year.YEAR_START.date() + timedelta(days=29))
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
