"""Parameters: what holds is shown, bounds are kept, a change says who made it and is recorded."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from recado import parameters
from recado.people.models import AuditEntry
from recado.web.forms.parameters import ParametersForm
from recado.web.templatetags.recado import mid_sentence
from recado.web.views.parameters import bounds_of
from tests.support.outbox import queue_message
from tests.web.attendance import words

SAME = {
    "company": "Companhia Exemplo de Água",
    "company_phone": "0800 000 0000",
    "success_reasons": "2",
    "pace": "7",
    "attempts": "5",
    "evaluation_days": "15",
    "batch_approval": "500",
    "billing_sms_limit": "306",
    "evaluation_notice": "Enviamos ao seu e-mail um convite para avaliar o atendimento.",
}


def test_a_change_holds_and_says_who_made_it(browser: Client) -> None:
    answer = browser.post("/parametros/", SAME | {"company": "Águas Novas", "pace": "7,5"}, follow=True)
    page = words(answer)
    assert "2 mudanças salvas." in page
    assert "Mudado por ana em" in page
    assert parameters.get().company == "Águas Novas"
    assert parameters.get().pace == 7.5
    assert "<strong>Águas Novas</strong>" in answer.content.decode()
    told = AuditEntry.objects.filter(deed="parameter").values_list("subject", "detail")
    assert set(told) == {
        ("Nome da companhia", "Companhia Exemplo de Água → Águas Novas"),
        ("Ritmo de aparelhos novos, em segundos", "7 → 7,5"),
    }


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
        ("success_reasons", "9" * 23, "Escolha motivos da lista."),
        ("pace", "", "Informe o ritmo em segundos."),
        *(
            ("pace", written, "Informe um número de segundos, com vírgula antes dos decimais. Exemplo: 7,5.")
            for written in ("depressa", "NaN", "0.125", "1.00.0", "1,000.5", "1.0000", "7,", "1e3", "٧")
        ),
        ("pace", "-1", "O ritmo mínimo é 0: um envio logo depois do outro."),
        ("pace", "3.601", "O ritmo máximo é 3.600 segundos."),
        ("attempts", "0", "O mínimo é 1 tentativa."),
        ("attempts", "21", "O máximo são 20 tentativas."),
        ("signature", "x" * 41, "o limite é 40"),
        ("signature", "a\x07b", "nenhum celular mostra"),
        ("billing_sms_limit", "119", "O mínimo são 120 caracteres."),
        ("billing_sms_limit", "766", "O máximo são 765 caracteres."),
        ("batch_approval", "1.00", "Informe um número inteiro de SMS."),
        ("batch_approval", "1,000", "Informe um número inteiro de SMS."),
        ("batch_approval", "٣٠٠", "Informe um número inteiro de SMS."),
        ("batch_approval", "1.000.001", "O máximo são 1.000.000 SMS."),
        ("company", "\u202e\u200b", "Informe o nome da companhia."),
        ("batch_approval", "muitos", "Informe um número inteiro de SMS."),
        ("evaluation_days", "0", "O mínimo é 1 dia."),
        ("evaluation_days", "91", "O máximo são 90 dias."),
        ("evaluation_notice", "", "Informe o aviso."),
        ("evaluation_notice", "x" * 81, "o limite é 80"),
        ("retention_days", "29", "O mínimo são 30 dias."),
        ("retention_days", "99999", "O máximo são 3.650 dias."),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_words(browser: Client, field: str, value: str, told: str) -> None:
    page = words(browser.post("/parametros/", SAME | {field: value}))
    assert told in page
    assert parameters.get() == parameters.defaults()


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("batch_approval", "1.000", 1000),
        ("batch_approval", " 1 000 ", 1000),
        ("batch_approval", "1.000.000", 1_000_000),
        ("retention_days", "3.650", 3650),
        ("pace", " 7,5 ", 7.5),
        ("pace", "7.5", 7.5),
        ("pace", "0.25", 0.25),
        ("pace", "0", 0.0),
        ("pace", "1.000", 1000.0),
        ("pace", "1.000,25", 1000.25),
        ("pace", "1 000", 1000.0),
        ("pace", "0,125", 0.125),
        ("company", "  Águas\u200b  Novas\n", "Águas  Novas"),
        ("company", "Águas\nNovas", "Águas Novas"),
        ("signature", "Águas\u202eNovas", "ÁguasNovas"),
        ("company", "Águas 👩\u200d🔧", "Águas 👩\u200d🔧"),
    ],
)
def test_numbers_and_lines_are_taken_as_people_write_and_paste_them(
    browser: Client, field: str, written: str, kept: object
) -> None:
    assert browser.post("/parametros/", SAME | {field: written}).status_code == 302
    assert getattr(parameters.get(), field) == kept


def test_minus_nothing_is_nothing(browser: Client) -> None:
    browser.post("/parametros/", SAME | {"pace": "-0"})
    assert "-0" not in words(browser.get("/parametros/"))


def test_each_says_what_it_does_its_bounds_and_its_default(browser: Client) -> None:
    page = words(browser.get("/parametros/"))
    for name, field in ParametersForm.base_fields.items():
        assert field.help_text, name
        assert field.help_text in page
        assert bounds_of(field) in page
        # Boxes to tick show by themselves what may be chosen.
        assert bounds_of(field) or name == "success_reasons"
    assert "De 0 a 3.600. Padrão: 7." in page
    assert "De 30 a 3.650. Padrão: guarda tudo." in page
    assert "Até 40 caracteres. Padrão: Companhia Exemplo de Água." in page


def test_a_field_put_back_is_shown_before_it_is_saved_and_what_was_typed_stays(browser: Client) -> None:
    browser.post("/parametros/", SAME | {"company": "Águas Novas"})
    typed = SAME | {"company": "Águas Novas", "signature": "Conte conosco.", "padrao": "company"}
    answer = browser.post("/parametros/", typed)
    page = answer.content.decode()
    assert "“Nome da companhia” voltou ao padrão na tela. Confira e salve." in page
    assert 'value="Companhia Exemplo de Água"' in page
    assert 'value="Conte conosco."' in page
    assert parameters.get().company == "Águas Novas"


def test_a_refusal_names_its_field_and_only_what_is_not_the_default_may_be_put_back(browser: Client) -> None:
    page = browser.post("/parametros/", SAME | {"retention_days": "5"}).content.decode()
    assert "Guardar mensagens e respostas por quantos dias: O mínimo são 30 dias.</a>" in page
    assert page.count("Voltar ao padrão<") == 1
    page = browser.post("/parametros/", SAME | {"retention_days": "5", "padrao": "retention_days"}).content.decode()
    assert "Voltar ao padrão<" not in page


def test_boxes_put_back_are_ticked_as_the_default_says(browser: Client) -> None:
    browser.post("/parametros/", SAME | {"success_reasons": ["1", "3"]})
    page = browser.post("/parametros/", SAME | {"success_reasons": ["1", "3"], "padrao": "success_reasons"})
    ticked = re.findall(r'name="success_reasons" value="(\d+)"[^>]*checked', page.content.decode())
    assert ticked == ["2"]


def test_every_change_stays_with_who_when_and_from_what_to_what(browser: Client) -> None:
    browser.post("/parametros/", SAME | {"retention_days": "90"})
    browser.post("/parametros/", SAME | {"success_reasons": ["1", "2"]})
    page = words(browser.get("/parametros/"))
    assert "guarda tudo → 90" in page
    assert "90 → guarda tudo" in page
    assert "2 mudanças de guardar mensagens" in page
    assert "1 mudança de motivos de encerramento" in page


@pytest.mark.parametrize(
    ("label", "inside"),
    [("SMS de um lote", "SMS de um lote"), ("Protocolo e RA", "protocolo e RA"), ("", "")],
)
def test_a_label_inside_a_sentence_keeps_its_initials(label: str, inside: str) -> None:
    assert mid_sentence(label) == inside


def test_a_signature_ends_every_sms_once(browser: Client) -> None:
    browser.post("/parametros/", SAME | {"signature": "Conte conosco."})
    assert queue_message("Bom dia.").text == "Bom dia. Conte conosco."
    assert queue_message("Bom dia. Conte conosco.").text == "Bom dia. Conte conosco."
    page = words(browser.post("/tipos/1/previa/", {"template": "Bom dia", "encoding": "fold"}))
    assert "Bom dia Conte conosco." in page


def test_a_new_type_begins_with_the_attempts_of_the_company(browser: Client) -> None:
    browser.post("/parametros/", SAME | {"attempts": "3"})
    assert 'name="max_attempts" value="3"' in browser.get("/tipos/novo/").content.decode()
    assert 'name="max_attempts" value="5"' in browser.get("/tipos/1/").content.decode()
