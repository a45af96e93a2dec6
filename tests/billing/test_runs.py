"""Who carries a step on, and what is said when nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.billing import runs
from recado.billing.models import Run, Setup
from recado.billing.runs import RunRefused
from tests.billing.conftest import NOW

pytestmark = pytest.mark.django_db
PREPARE = Run.Step.PREPARE


def test_a_step_that_nobody_does_says_what_to_look_at(setup: Setup) -> None:
    run = runs.ask(PREPARE, actor="ana", now=NOW)
    look = "Nenhum processo a faz agora: verifique se o recado jobs está em execução."
    with pytest.raises(RunRefused) as soon:
        runs.ask(PREPARE, actor="bia", now=NOW + timedelta(seconds=30))
    assert look not in str(soon.value)
    with pytest.raises(RunRefused) as later:
        runs.ask(PREPARE, actor="bia", now=NOW + timedelta(minutes=2))
    assert look in str(later.value)
    Run.objects.filter(pk=run.pk).update(worker="host/1", lease_until=NOW + timedelta(minutes=4))
    with pytest.raises(RunRefused) as held:
        runs.ask(PREPARE, actor="bia", now=NOW + timedelta(minutes=2))
    assert look not in str(held.value)
