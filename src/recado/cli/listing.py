"""What the commands share that list rows: a period, how many at most; and how times are read and shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import click

from recado.cli.base import Refused, counted

# Without --from or --to the period has no such end: nothing was sent before, nothing will be kept until then.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
FIRST_OPTION = click.option("--from", "first", metavar="DATA", help="Data inicial, dd/mm/aaaa.")
LAST_OPTION = click.option("--to", "last", metavar="DATA", help="Data final, dd/mm/aaaa (o dia inteiro).")
LIMIT_OPTION = click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=50,
    show_default=True,
    metavar="NÚMERO",
    help="No máximo quantas mostrar.",
)


def read_day(text: str | None, option: str, otherwise: date) -> date:
    """The day written `22/11/2026` or `2026-11-22`; `otherwise` for None. Raises Refused."""
    if text is None:
        return otherwise
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            # The year has four digits in both forms; strptime would take fewer.
            day = datetime.strptime(text, form).date() if len(text) == 10 else None  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if day is not None and FIRST_DAY <= day <= LAST_DAY:
            return day
    raise Refused(f"{option}: “{text[:30]}” não é uma data que existe. Use dd/mm/aaaa, como 22/11/2026.")


def number_of(text: str, known: Mapping[int, str]) -> int | None:
    """The key of what `text` means: by its number, or by its name in any case; None when it is none of `known`."""
    asked = text.strip().casefold()
    return next((number for number, name in known.items() if asked in (str(number), name.casefold())), None)


def numbered(known: Mapping[int, str]) -> str:
    """What may be asked for, in one line: `1 Vazamento; 2 Falta de água`."""
    return "; ".join(f"{number} {name}" for number, name in known.items())


def read_moment(text: str) -> tuple[datetime, bool] | None:
    """The local time written `22/11/2026 08:14` or `22/11/2026`, aware, and whether it has an hour; or None."""
    from django.utils import timezone

    for form, has_hour in (("%d/%m/%Y %H:%M", True), ("%d/%m/%Y", False)):
        try:
            written = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        if FIRST_DAY <= written.date() <= LAST_DAY:
            return timezone.make_aware(written), has_hour
    return None


def how_many(total: int, shown: int, one: str, many: str) -> str:
    """The last line of a list: how many there are, and how many of them are not shown. `many` is feminine."""
    rest = total - shown
    more = f" Mais {rest} não mostradas: aumente --limit." if rest else ""
    return f"{counted(total, one, many)}.{more}"


def local(moment: datetime) -> str:
    """`22/11/2026 08:14:04` in the zone of the screens."""
    from django.utils import timezone

    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M:%S}"


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in the zone of the screens; None for None."""
    from django.utils import timezone

    return None if moment is None else timezone.localtime(moment).isoformat()
