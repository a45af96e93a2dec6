"""The environment's value holds until somebody changes it, and again once it is put back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from recado import parameters
from recado.outbox.enqueue import company_values
from recado.parameters.models import Parameter
from recado.parameters.values import save
from recado.service_requests.models import ClosingReason
from recado.service_requests.operations import means_success

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def change(**changed: object) -> list[str]:
    return save(replace(parameters.get(), **changed), actor="ana", now=NOW)


def test_without_a_change_the_environment_holds(settings: Settings) -> None:
    settings.RECADO_COMPANY = "Águas Fictícias"
    assert parameters.get().company == "Águas Fictícias"


def test_a_change_holds_everywhere_at_once() -> None:
    change(company="Nova Companhia", company_phone="0800 111", success_reasons=(1, 4), pace=9.5)
    assert company_values() == {"EMPRESA": "Nova Companhia", "TELEFONE": "0800 111", "ASSINATURA": ""}
    assert {reason.pk for reason in ClosingReason.objects.all() if means_success(reason)} == {1, 4}
    assert parameters.get().pace == 9.5


def test_who_changed_what_is_kept_and_only_for_what_changed() -> None:
    assert change(company="Nova Companhia") == ["company"]
    row = Parameter.objects.get()
    assert (row.name, row.changed_by, row.changed_at) == ("company", "ana", NOW)
    assert change(company="Nova Companhia") == []


def test_what_is_put_back_follows_the_environment_again(settings: Settings) -> None:
    usual = parameters.get().company
    change(company="Nova Companhia")
    change(company=usual)
    settings.RECADO_COMPANY = "Outra"
    assert parameters.get().company == "Outra"


def test_a_row_of_another_version_is_passed_over() -> None:
    Parameter.objects.create(name="unknown", value=1, changed_at=NOW, changed_by="ana")
    assert parameters.get() == parameters.defaults()
