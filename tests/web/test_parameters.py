"""Parameters: what holds is shown, bounds are kept, a change says who made it and is recorded."""

from __future__ import annotations

import pytest
from django.test import Client

from recado import parameters
from recado.people.models import AuditEntry
from tests.web.attendance import words

SAME = {"company": "Companhia Exemplo de Água", "company_phone": "0800 000 0000", "success_reasons": "2", "pace": "7"}


def test_a_change_holds_and_says_who_made_it(browser: Client) -> None:
    answer = browser.post("/parametros/", SAME | {"company": "Águas Novas", "pace": "7,5"}, follow=True)
    page = words(answer)
    assert "2 mudanças salvas." in page
    assert "Mudado por ana em" in page
    assert parameters.get().company == "Águas Novas"
    assert parameters.get().pace == 7.5
    assert "<strong>Águas Novas</strong>" in answer.content.decode()
    told = AuditEntry.objects.filter(deed="parameter").values_list("subject", flat=True)
    assert set(told) == {"Nome da companhia", "Ritmo de aparelhos novos, em segundos"}


def test_nothing_changed_is_told_so(browser: Client) -> None:
    assert "Nada mudou." in words(browser.post("/parametros/", SAME, follow=True))
    assert not AuditEntry.objects.filter(deed="parameter").exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("company", "", "Informe o nome da companhia."),
        ("company", "x" * 41, "o limite é 40"),
        ("company", "a\x07b", "nenhum celular mostra"),
        ("company_phone", "0" * 14, "o limite é 13"),
        ("success_reasons", "999", "Escolha motivos da lista."),
        ("success_reasons", "x", "Escolha motivos da lista."),
        ("pace", "", "Informe o ritmo em segundos."),
        ("pace", "depressa", "Informe um número de segundos."),
        ("pace", "-1", "O ritmo mínimo é 0 segundos."),
        ("pace", "NaN", "Informe um número de segundos."),
        ("retention_days", "29", "O mínimo são 30 dias."),
        ("retention_days", "99999", "O máximo são 3650 dias."),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_words(browser: Client, field: str, value: str, told: str) -> None:
    page = words(browser.post("/parametros/", SAME | {field: value}))
    assert told in page
    assert parameters.get() == parameters.defaults()
