"""What customers answered, counted for the supervisor's panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from recado.evaluations.models import LEAST, MOST, Evaluation
from recado.outbox.queries import day_span


@dataclass(frozen=True, slots=True)
class Results:
    """`invited` in the period, and the answers given in it: how many for each grade from 1 to 5."""

    invited: int
    grades: dict[int, int]

    @property
    def answered(self) -> int:
        return sum(self.grades.values())

    @property
    def average(self) -> float | None:
        """None without an answer."""
        return sum(grade * count for grade, count in self.grades.items()) / self.answered if self.answered else None


def results(start: date, end: date) -> Results:
    """The figures of the local days `start` to `end`, both whole and inclusive."""
    since, before = day_span(start, end)
    answered = Evaluation.objects.filter(answered_at__gte=since, answered_at__lt=before)
    counted = dict(answered.order_by().values_list("grade").annotate(Count("pk")))
    return Results(
        invited=Evaluation.objects.filter(created_at__gte=since, created_at__lt=before).count(),
        grades={grade: counted.get(grade, 0) for grade in range(LEAST, MOST + 1)},
    )
