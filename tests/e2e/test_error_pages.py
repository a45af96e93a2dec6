"""What went wrong has a page in the look of the others, at every width, read by everybody, with a way on."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import grave_faults
from tests.e2e.conftest import Troubles
from tests.e2e.steps import cut_off, sideways

pytestmark = pytest.mark.sqlite

RAISED = (
    (SuspiciousOperation("x"), 400, "Pedido não entendido"),
    (PermissionDenied(), 403, "Acesso não permitido"),
    (RuntimeError("fictitious fault"), 500, "Algo falhou"),
    (OperationalError("fictitious fault"), 503, "O banco de dados não respondeu"),
)
ADDRESSED = (
    ("/nada/", 404, "Página não encontrada"),
    ("/mensagens/999999/", 404, "Página não encontrada"),
    ("/aparelhos/pausar/", 405, "Este endereço não abre assim"),
)


def faults_of(page: Page, path: str, status: int, heading: str) -> list[str]:
    """What is wrong with the page of an error, which is at `path` now."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Ir para a tela principal")).to_be_visible()
    beyond = sideways(page)
    found = [*cut_off(page), *grave_faults(page), *([f"{beyond} px"] if beyond else [])]
    return [f"{status}: {fault}" for fault in found]


def test_each_error_has_a_page_of_the_house(
    sized_page: Page, troubles: Troubles, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    for path, status, heading in ADDRESSED:
        troubles.forgive(str(status))
        found += faults_of(sized_page, path, status, heading)
    for raised, status, heading in RAISED:
        troubles.forgive(str(status))

        def fail(*args: object, raised: Exception = raised, **kwargs: object) -> None:
            raise raised

        with monkeypatch.context() as broken:
            broken.setattr("recado.web.views.home.day_figures", fail)
            found += faults_of(sized_page, "/", status, heading)
    assert "\n".join(found) == ""
    sized_page.get_by_role("link", name="Ir para a tela principal").click()
    expect(sized_page.get_by_role("heading", name="Tela principal", level=1)).to_be_visible()
