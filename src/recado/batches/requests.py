"""Recipients from a chosen set of RAs: who asked, with a mobile, in a period, by situation and type of request.

They are written out as a table when the batch is read: who is in it does not change while it waits or is sent.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from recado.batches.tables import write_table
from recado.outbox.queries import day_span
from recado.service_requests.models import Requester, RequestStatus

COLUMNS = ("Celular", "Nome", "Protocolo", "RA", "Tipo", "Especificação", "Abertura")
TAGS = ("CELULAR", "NOME", "PROTOCOLO", "RA", "TIPO", "ESPECIFICACAO", "ABERTURA")
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """RAs opened on the local days `start` to `end`, both whole; `status` "" and `type_id` None do not narrow."""

    start: date
    end: date
    status: str = ""
    type_id: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Choice:
        """The choice that `as_data` gave."""
        return cls(date.fromisoformat(kept["start"]), date.fromisoformat(kept["end"]), kept["status"], kept["type_id"])

    def as_data(self) -> dict[str, Any]:
        """As the batch keeps it."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "status": self.status,
            "type_id": self.type_id,
        }

    def requesters(self) -> QuerySet[Requester]:
        """Everyone chosen who gave a mobile, the newest RA first: of several with one mobile that one counts."""
        since, before = day_span(self.start, self.end)
        found = Requester.objects.exclude(mobile="").filter(
            service_request__opened_at__gte=since, service_request__opened_at__lt=before
        )
        if self.status:
            found = found.filter(service_request__status=RequestStatus(self.status))
        if self.type_id is not None:
            found = found.filter(service_request__subtype__type_id=self.type_id)
        return found.order_by("-service_request_id", "-pk")

    def rows(self) -> Generator[list[str], None, None]:
        """The cells of each, under `COLUMNS`."""
        chosen = self.requesters().select_related("service_request__subtype__type")
        for requester in chosen.iterator(chunk_size=_CHUNK):
            request = requester.service_request
            yield [
                requester.mobile,
                requester.name,
                requester.protocol,
                str(request.pk),
                request.subtype.type.name,
                request.subtype.name,
                f"{timezone.localtime(request.opened_at):%d/%m/%Y}",
            ]


def of_the_ra(cells: Sequence[str]) -> tuple[str, int]:
    """Protocol and RA of a record that `write_out` wrote, whatever its columns are called in the text."""
    return cells[COLUMNS.index("Protocolo")], int(cells[COLUMNS.index("RA")])


def write_out(choice: Choice, target: Path) -> None:
    """Write heading and rows to `target`, which appears whole or not at all."""
    # A disk that is full leaves the cursor open: the garbage collector may close it in the middle of another statement.
    with closing(choice.rows()) as rows:
        write_table(target, chain([list(COLUMNS)], rows))
