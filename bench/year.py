"""A year of a company: a million messages with all that hangs on them, made by the database itself.

Evenly spread, most of them sent, through three phones; one in five tells of a new RA. The last ones still wait. A
customer is told something three times in the year or so, and who comes after whom is chance: mobiles that rose with
time would lead PostgreSQL to read the whole year by their index.
"""

from __future__ import annotations

from datetime import UTC, datetime

ROWS = 1_000_000
# Two primes: `n * _STRIDE % _CUSTOMERS` names each customer before any again, and neighbours in time never are in
# number. The product fits in 32 bits, which is how PostgreSQL counts here.
_CUSTOMERS, _STRIDE = 300_007, 2_003
QUEUED = 2_000
YEAR_START = datetime(2025, 11, 1, tzinfo=UTC)
_STEP_SECONDS = 365 * 86400 / ROWS

_STATUS = (
    f"CASE WHEN n > {ROWS - QUEUED} THEN 'queued' WHEN n % 100 < 60 THEN 'sent' WHEN n % 100 < 92 THEN 'delivered'"
    " WHEN n % 100 < 95 THEN 'failed' WHEN n % 100 < 97 THEN 'undelivered' WHEN n % 100 < 98 THEN 'uncertain'"
    " ELSE 'expired' END"
)
_SENT = "(n % 100 < 92 OR n % 100 BETWEEN 95 AND 96)"
_CAUSE = (
    "CASE WHEN n % 100 BETWEEN 92 AND 94 THEN CASE n % 3 WHEN 0 THEN 'number_invalid' WHEN 1 THEN 'network'"
    " ELSE 'no_credit' END WHEN n % 100 = 97 THEN 'uncertain' WHEN n % 100 > 97 THEN 'expired' ELSE '' END"
)
_KEY = "CASE WHEN n % 5 = 0 THEN 'ra:' || n || ':opened' ELSE 'bench:' || n END"
_TYPE = "1 + n % 5"


class _Dialect:
    """How this database says a series of numbers, a moment of the year, and a padded number."""

    def __init__(self, vendor: str) -> None:
        self._postgresql = vendor == "postgresql"

    @property
    def numbers(self) -> str:
        if self._postgresql:
            return f"generate_series(1, {ROWS}) AS n"
        return f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS}) SELECT n FROM c)"

    def moment(self, plus_seconds: str = "0") -> str:
        start = f"{YEAR_START:%Y-%m-%d}"
        if self._postgresql:
            return f"timestamptz '{start} UTC' + (n * {_STEP_SECONDS} + {plus_seconds}) * interval '1 second'"
        seconds = f"(n * {_STEP_SECONDS} + {plus_seconds}) || ' seconds'"
        return f"strftime('%Y-%m-%d %H:%M:%f', '{start}', {seconds}) || '000'"

    def padded(self, before: str, digits: int, number: str = "n") -> str:
        if self._postgresql:
            return f"'{before}' || lpad(({number})::text, {digits}, '0')"
        return f"printf('{before}%0{digits}d', {number})"

    @property
    def mobile(self) -> str:
        return self.padded("+55819", 8, f"n * {_STRIDE} % {_CUSTOMERS}")

    def truth(self, true: bool) -> str:
        return str(true).lower() if self._postgresql else str(int(true))


def mobile_of(number: int) -> str:
    """Whom the message `number` is for, in E.164."""
    return f"+55819{number * _STRIDE % _CUSTOMERS:08d}"


def fill() -> None:
    """Insert the year and let the database learn what it holds."""
    from django.db import connection, transaction

    from recado.phones.models import Phone
    from recado.service_requests.models import Channel, Subtype

    phones = [Phone.objects.create(name=f"Aparelho {n}", link=f"tcp:127.0.0.1:{4000 + n}").pk for n in (1, 2, 3)]
    subtype, channel = Subtype.objects.values_list("pk", flat=True)[0], Channel.objects.values_list("pk", flat=True)[0]
    say = _Dialect(connection.vendor)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_messages(say, min(phones)))
        cursor.execute(_creations(say))
        cursor.execute(_requests(say, subtype, channel))
        cursor.execute(_requesters(say))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _messages(say: _Dialect, first_phone: int) -> str:
    columns = (
        "id, type_id, number, text, encoding, priority, status, cause, reason, idempotency_key, attempts, protocol,"
        " ra_number, created_by, created_at, moment, ready_at, sent_at, phone_id"
    )
    gone = f"n <= {ROWS - QUEUED} AND {_SENT}"
    return (
        f"INSERT INTO outbox_message ({columns}) SELECT n, {_TYPE}, {say.mobile}, 'Texto fictício.',"
        f" 'fold', 1, {_STATUS}, {_CAUSE}, '', {_KEY}, 1, {say.padded('20261', 9)}, n,"
        " CASE WHEN n % 3 = 0 THEN 'ana' ELSE 'bruno' END,"
        # Waits of 1 to 200 s: what the panel reckons its percentiles from.
        f" {say.moment('- 1 - n % 200')}, {say.moment()}, {say.moment()},"
        f" CASE WHEN {gone} THEN {say.moment()} END,"
        f" CASE WHEN n <= {ROWS - QUEUED} THEN {first_phone} + n % 3 END FROM {say.numbers}"
    )


def _creations(say: _Dialect) -> str:
    return (
        'INSERT INTO outbox_statuschange (message_id, at, "before", "after", cause, note, actor)'
        f" SELECT n, {say.moment('- 1 - n % 200')}, '', 'queued', '', '', 'ana' FROM {say.numbers}"
    )


def _requests(say: _Dialect, subtype: int, channel: int) -> str:
    return (
        "INSERT INTO service_requests_servicerequest (id, subtype_id, channel_id, property_id, description, status,"
        " opened_at, opened_by, reiterations, closed_by, closing_note)"
        f" SELECT n, {subtype}, {channel}, {say.padded('', 8)}, '', 'pending', {say.moment('- 1 - n % 200')}, 'ana', 0,"
        f" '', '' FROM {say.numbers} WHERE n % 5 = 0"
    )


def _requesters(say: _Dialect) -> str:
    return (
        "INSERT INTO service_requests_requester (service_request_id, name, mobile, email, protocol, is_main,"
        f" created_at) SELECT n, 'Pessoa Fictícia', {say.mobile}, '', {say.padded('20261', 9)},"
        f" {say.truth(True)}, {say.moment('- 1 - n % 200')} FROM {say.numbers} WHERE n % 5 = 0"
    )
