"""The two billing screens, as a supervisor uses them, with and without scripts."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from recado.billing import intake, runs
from recado.billing.models import Bill, BillFile, Consent, Kind, Notice, Run, Setup
from recado.billing.setups import message_type
from recado.people.models import AuditEntry, Deed
from tests.billing.conftest import (
    COLLECTION_HEADING,
    HEADING,
    MONTH,
    bill_row,
    collection,
    collection_row,
    do,
    line_of,
    office,
    setup,
    take,
)
from tests.mail.conftest import Office
from tests.web.attendance import words
from tests.web.billing_form import GOOD

__all__ = ["collection", "office", "setup"]

PAGE = "/faturamento/mensagem/"
PROCESS = "/faturamento/envio/"


def upload(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def bills_file(*rows: object) -> io.BytesIO:
    return upload("contas.csv", "\n".join([HEADING, *map(line_of, rows)]).encode())  # type: ignore[arg-type]


def test_the_fields_stand_in_gsans_order_with_its_buttons(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    order = ["Mês/ano de referência", "Valor mínimo da conta", "Categorias do imóvel",
             "Quantidade de dias antes do vencimento", "Número máximo de tentativas", "{MATRICULA}", "Texto SMS",
             "Texto E-MAIL", ">Desfazer<", ">Cancelar<", ">Atualizar<"]  # fmt: skip
    places = [page.index(word, page.index("<h1>")) for word in order]
    assert places == sorted(places)
    assert f'value="{timezone.localdate():%m/%Y}" readonly' in page
    assert page.count('data-into="id_sms_text"') == page.count('data-into="id_email_text"') == 4


def test_saving_tells_the_version_and_the_one_withdrawn(browser: Client) -> None:
    assert "Versão 1 em vigor." in words(browser.post(PAGE, GOOD, follow=True))
    page = words(browser.post(PAGE, GOOD | {"days_before": "3"}, follow=True))
    assert "Versão 2 em vigor. A versão 1 foi retirada." in page
    assert "Versão 1 – retirada em" in page
    assert [row.days_before for row in Setup.objects.order_by("number")] == [0, 3]
    assert AuditEntry.objects.filter(deed=Deed.BILLING_CHANGED).count() == 2
    assert "Nada mudou." in words(browser.post(PAGE, GOOD | {"days_before": "3"}, follow=True))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"minimum": ""}, "Informe o valor mínimo da conta."),
        ({"minimum": "0"}, "Informe um valor maior que zero."),
        ({"minimum": "dez"}, "Informe um valor em reais."),
        ({"minimum": "10.00"}, "Informe um valor em reais."),
        ({"minimum": "1.000.000.000,00"}, "O máximo são R$ 999.999.999,99."),
        ({"categories": []}, "Escolha ao menos uma categoria."),
        ({"max_attempts": "0"}, "Informe um número maior que zero."),
        ({"max_attempts": ""}, "Informe o número máximo de tentativas."),
        ({"days_before": "61"}, "O máximo são 60 dias."),
        ({"sms_text": ""}, "Informe o texto SMS."),
        ({"sms_text": "Olá {NOMES}"}, "A tag {NOMES} não existe (linha 1, coluna 5). Você quis dizer {NOME}?"),
        ({"email_text": "Olá\r\n{NOME"}, "A chave “{” está sem par (linha 2, coluna 1)."),
        ({"sms_text": "x" * 250}, "Com as tags no tamanho máximo o SMS passa do limite em 1 caractere."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(
    browser: Client, changes: dict[str, object], told: str
) -> None:
    answer = browser.post(PAGE, GOOD | changes)
    assert told in words(answer)
    assert not Setup.objects.exists()
    if changes.get("sms_text"):
        assert str(changes["sms_text"]) in answer.content.decode()


def test_the_type_of_sms_of_bills_is_not_told_otherwise_in_types_and_texts(browser: Client) -> None:
    """*Parametrizar* says the tries, and who wants no bills gets none, whatever a browser sends to *Tipos e textos*."""
    browser.post(PAGE, GOOD)
    sms = message_type(Kind.BILL)
    page = browser.get(f"/tipos/{sms.pk}/").content.decode()
    assert "Mude em Parametrizar Mensagem de Faturamento" in page
    assert "heeds_opt_out" not in page
    given = {
        "name": "Contas",
        "template": sms.template,
        "encoding": sms.encoding,
        "priority": str(sms.priority),
        "max_attempts": "19",
        "on_uncertain": sms.on_uncertain,
        "days": list(sms.days),
        "active": "on",
        "salvar": "sim",
    }
    assert browser.post(f"/tipos/{sms.pk}/", given).status_code == 302
    kept = message_type(Kind.BILL)
    assert (kept.name, kept.max_attempts, kept.heeds_opt_out) == ("Contas", 5, True)


def test_everything_that_is_wrong_is_told_at_once_each_at_its_field_and_place(browser: Client) -> None:
    wrong = {
        "minimum": "0",
        "categories": [],
        "days_before": "61",
        "max_attempts": "",
        "sms_text": "Olá {NOMES},\r\nsua conta de {VALR} vence em }.",
        "email_text": "\r\n  Olá, {NOME",
    }
    page = browser.post(PAGE, wrong).content.decode()
    assert "Há 6 campos para corrigir" in page
    told = {
        "minimum": ["Informe um valor maior que zero."],
        "categories": ["Escolha ao menos uma categoria."],
        "days_before": ["O máximo são 60 dias."],
        "max_attempts": ["Informe o número máximo de tentativas."],
        "sms_text": [
            "A tag {NOMES} não existe (linha 1, coluna 5). Você quis dizer {NOME}?",
            "A tag {VALR} não existe (linha 2, coluna 14). Você quis dizer {VALOR}?",
            "A chave “}” está sem par (linha 2, coluna 30).",
        ],
        "email_text": ["A chave “{” está sem par (linha 2, coluna 8)."],
    }
    for name, sentences in told.items():
        noted = re.search(rf'id="id_{name}_error">(.*?)</span></span>', page, re.DOTALL)[1]
        for sentence in sentences:
            assert sentence in noted
            assert re.search(rf'<li><a href="#id_{name}(_0)?">{re.escape(sentence)}</a></li>', page), sentence
    assert not Setup.objects.exists()


def test_the_length_is_told_while_typing_and_by_a_button_without_scripts(browser: Client) -> None:
    live = words(browser.post(f"{PAGE}tamanho/", {"sms_text": "Conta de {VALOR}."}))
    assert "Com as tags no tamanho máximo e o código de barras: 84 caracteres, 1 SMS." in live
    assert "O limite é 306 caracteres. Cabem mais 222." in live
    assert "A tag {X} não existe" in words(browser.post(f"{PAGE}tamanho/", {"sms_text": "{X}"}))
    over = words(browser.post(f"{PAGE}tamanho/", {"sms_text": "x" * 300}))
    assert "357 caracteres, 3 SMS. Passa do limite de 306: retire 51 caracteres." in over
    page = words(browser.post(PAGE, GOOD | {"ver": "sim", "sms_text": "x" * 300, "minimum": ""}))
    assert "Passa do limite de 306" in page
    assert "Informe o valor mínimo" not in page


def test_bills_come_in_by_a_file_and_its_bad_rows_can_be_fetched(browser: Client, db: None) -> None:
    bad = line_of(bill_row(3)).replace("Residencial", '=CMD("x")')
    content = "\n".join([HEADING, line_of(bill_row(1)), line_of(bill_row(2)), bad]).encode()
    page = words(browser.post(PROCESS, {"file": upload("contas.csv", content)}, follow=True))
    assert "Arquivo “contas.csv” recebido." in page
    assert intake.read_some(timezone.now()) is False
    page = words(browser.get(PROCESS))
    assert "2 contas novas, 0 mudadas, 0 iguais, 1 com problema." in page
    assert "Grupo 1, 11/2026: 2 contas" in page
    file = BillFile.objects.get()
    report = b"".join(browser.get(f"{PROCESS}arquivo/{file.pk}/problemas.csv").streaming_content).decode()
    assert "4;“categoria” precisa ser residencial" in report
    assert AuditEntry.objects.filter(deed=Deed.BILLS_GIVEN).count() == 1
    assert AuditEntry.objects.filter(deed=Deed.EXPORTED).count() == 1


def test_the_same_file_again_asks_for_a_tick(browser: Client, db: None) -> None:
    browser.post(PROCESS, {"file": bills_file(bill_row(1))})
    page = words(browser.post(PROCESS, {"file": bills_file(bill_row(1))}))
    assert "Este arquivo já foi recebido em" in page
    assert BillFile.objects.count() == 1
    browser.post(PROCESS, {"file": bills_file(bill_row(1)), "again": "on"})
    assert BillFile.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "O arquivo está vazio."), ("grupo;nome".encode("utf-16"), "não é um CSV em UTF-8")],
)
def test_what_is_no_file_of_bills_is_refused_in_words(browser: Client, content: bytes, told: str) -> None:
    assert told in words(browser.post(PROCESS, {"file": upload("x.csv", content)}))
    assert "Escolha o arquivo de contas." in words(browser.post(PROCESS, {}))
    assert not BillFile.objects.exists()


def test_the_steps_are_asked_for_here_and_done_by_the_job(browser: Client, setup: Setup, office: Office) -> None:
    today = timezone.localdate()
    take(bill_row(1, due_date=today + timedelta(days=2)), bill_row(2, due_date=today, value="5.00"))
    where = {"grupo": "1", "referencia": f"{MONTH:%Y-%m}"}
    page = words(browser.post(f"{PROCESS}preparar/", where, follow=True))
    assert "Etapa Preparar pedida." in page
    assert "Preparar do grupo 1, 11/2026 em andamento." in page
    assert "está em andamento. Espere que ela termine." in words(browser.post(f"{PROCESS}retorno/", where, follow=True))
    while runs.carry_on(timezone.now()):
        pass
    page = words(browser.get(f"{PROCESS}?grupo=1&referencia=2026-11"))
    assert "1 SMS e 1 e-mail." in page
    assert "Preparar de novo substitui 2 avisos ainda não enviados." in page
    assert "Abaixo do valor mínimo 1 1" in page
    assert "Hoje: 1 SMS e 1 e-mail." in page
    browser.post(f"{PROCESS}transmitir/", where)
    while runs.carry_on(timezone.now()):
        pass
    browser.post(f"{PROCESS}retorno/", where)
    while runs.carry_on(timezone.now()):
        pass
    live = words(browser.get(f"{PROCESS}vivo/?grupo=1&referencia=2026-11"))
    assert "Ver o lote" in live
    assert "Transmitida 1 1" in live
    assert "Pulada 1 1" in live
    assert AuditEntry.objects.filter(deed=Deed.BILLING_RUN).count() == 3


def test_every_notice_goes_into_a_file_that_runs_no_formula(browser: Client, setup: Setup, office: Office) -> None:
    today = timezone.localdate()
    take(bill_row(1, due_date=today), bill_row(2, due_date=today, mobile="", sms_consent=None))
    do(Run.Step.PREPARE, timezone.now())
    answer = browser.get(f"{PROCESS}avisos.csv?grupo=1&referencia=2026-11")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert any(line.startswith("1001;501;SMS;'+5581900000001;Preparada;;") for line in lines)
    assert any("1002;502;SMS;;Pulada;Cliente não autorizou;" in line for line in lines)
    assert Notice.objects.count() == 4


def test_without_parameters_the_page_says_what_to_do_first(browser: Client, db: None) -> None:
    assert "preencha Parametrizar Mensagem de Faturamento antes de preparar" in words(browser.get(PROCESS))


@pytest.mark.parametrize("query", ["?grupo=x&referencia=2026-11", "?grupo=1&referencia=%00", "?referencia=9999-99"])
def test_a_group_or_month_that_is_not_there_shows_no_fault_page(browser: Client, query: str) -> None:
    take(bill_row(1))
    for path in (PROCESS, f"{PROCESS}vivo/", f"{PROCESS}avisos.csv"):
        assert browser.get(path + query).status_code in (200, 302)
    assert browser.post(f"{PROCESS}preparar/", {"grupo": "x", "referencia": ""}).status_code == 302
    assert browser.post(f"{PROCESS}voar/").status_code == 404
    assert not Run.objects.exists()


def test_a_file_of_bills_leaves_nothing_behind_in_the_temporary_folder(browser: Client, db: None) -> None:
    from recado.billing import storage

    browser.post(PROCESS, {"file": upload("x.csv", b"")})
    assert [path for path in Path(storage.folder()).iterdir() if path.name.startswith("upload-")] == []
    assert not Bill.objects.exists()


def test_a_clients_word_is_shown_and_changed_with_who_when_and_how(browser: Client, db: None) -> None:
    take(bill_row(1))
    where = "/faturamento/consentimentos/"
    page = words(browser.get(f"{where}?cliente=501"))
    assert "SMS: autoriza – em vigor" in page
    assert "Celular: autoriza (81) 90000-0001 – em vigor" in page
    wanted = {"cliente": "501", "kind": "email", "given": "nao", "how": "Por telefone."}
    page = words(browser.post(where, wanted, follow=True))
    assert "Guardado: E-mail, não autoriza." in page
    assert "E-mail: não autoriza – em vigor" in page
    assert "E-mail: autoriza – até" in page
    assert "Já estava assim." in words(browser.post(where, wanted, follow=True))
    browser.post(where, wanted | {"kind": "phone"})
    assert Consent.objects.get(kind="phone", ended_at=None).address == "+5581900000001"
    assert AuditEntry.objects.filter(deed=Deed.CONSENT_CHANGED).count() == 2


def test_a_client_allows_a_mobile_and_takes_it_back(browser: Client, setup: Setup, office: Office) -> None:
    take(bill_row(1, phone_consent=None))
    path = "/faturamento/consentimentos/"
    said = {"cliente": "501", "kind": "phone", "given": "sim", "how": "No balcão."}
    assert "Informe o celular, com DDD." in words(browser.post(path, said))
    answer = browser.post(path, said | {"mobile": "(81) 90000-0001"}, follow=True)
    assert "Celular: autoriza (81) 90000-0001 – em vigor" in words(answer)
    do(Run.Step.PREPARE)
    assert Notice.objects.get(channel="sms").state == "prepared"
    browser.post(path, said | {"given": "nao"})
    do(Run.Step.PREPARE)
    assert Notice.objects.get(channel="sms").skip == "no_phone_consent"
    assert list(Consent.objects.filter(kind="phone").values_list("given", "address")) == [
        (True, "+5581900000001"),
        (False, "+5581900000001"),
    ]


def test_a_client_nobody_knows_and_a_code_that_is_none(browser: Client, db: None) -> None:
    where = "/faturamento/consentimentos/"
    assert "Nenhuma conta e nenhuma resposta" in words(browser.get(f"{where}?cliente=999"))
    assert "de 1 a 12 dígitos" in words(browser.get(f"{where}?cliente=x%00"))
    refused = browser.post(where, {"cliente": "999", "kind": "phone", "given": "sim", "how": ""})
    assert "Diga como o cliente respondeu." in words(refused)
    assert "Informe o celular, com DDD." in words(refused)
    assert not Consent.objects.exists()


def test_each_kind_has_its_own_page_of_parameters(browser: Client) -> None:
    page = browser.get(f"{PAGE}?tipo=cobranca").content.decode()
    assert ">{VALIDADEDOC}<" in page.replace("code>", ">").replace("</", "<")
    assert "{VENCTO}" not in page
    assert "Quantidade de dias antes do fim da validade" in page
    assert f'href="{PAGE}?tipo=conta"' in page
    assert browser.post(PAGE, GOOD).status_code == 302
    wrong = words(browser.post(f"{PAGE}?tipo=cobranca", GOOD))
    assert "A tag {VALOR} é de mensagem de conta, não de cobrança (linha 1, coluna 14). Use {VALORDOC}." in wrong
    text = {"sms_text": "Documento de {VALORDOC}.", "email_text": "Olá, {NOME}."}
    saved = browser.post(f"{PAGE}?tipo=cobranca", GOOD | text, follow=True)
    assert saved.redirect_chain[-1][0] == f"{PAGE}?tipo=cobranca"
    assert "Versão 1 em vigor." in words(saved)
    assert list(Setup.objects.order_by("pk").values_list("kind", "number")) == [("bill", 1), ("collection", 1)]
    live = words(browser.post(f"{PAGE}tamanho/?tipo=cobranca", {"sms_text": "{VENCTO}"}))
    assert "é de mensagem de conta, não de cobrança" in live
    subjects = AuditEntry.objects.filter(deed=Deed.BILLING_CHANGED).order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == ["conta, versão 1", "cobrança, versão 1"]


def test_the_steps_of_collection_are_asked_for_on_its_own_page(
    browser: Client, setup: Setup, collection: Setup, office: Office
) -> None:
    today = timezone.localdate()
    rows = [collection_row(1, due_date=today), collection_row(2, due_date=today, value="5.00")]
    content = "\n".join([COLLECTION_HEADING, *map(line_of, rows)]).encode()
    where = f"{PROCESS}?tipo=cobranca"
    answer = browser.post(where, {"file": upload("cobrancas.csv", content)}, follow=True)
    assert answer.redirect_chain[-1][0] == where
    assert intake.read_some(timezone.now()) is False
    take(bill_row(1, due_date=today))
    page = words(browser.get(where))
    assert "2 cobranças novas, 0 mudadas, 0 iguais, 0 com problema." in page
    assert "Grupo 1, 11/2026: 2 cobranças" in page
    place = {"tipo": "cobranca", "grupo": "1", "referencia": f"{MONTH:%Y-%m}"}
    asked = browser.post(f"{PROCESS}preparar/", place, follow=True)
    assert "tipo=cobranca" in asked.redirect_chain[-1][0]
    assert "Preparar (cobrança) do grupo 1, 11/2026 em andamento." in words(asked)
    assert "A etapa Preparar (cobrança), pedida por" in words(
        browser.post(f"{PROCESS}preparar/", place | {"tipo": "conta"}, follow=True)
    )
    while runs.carry_on(timezone.now()):
        pass
    assert "Preparada 1 1" in words(browser.get(f"{PROCESS}vivo/?tipo=cobranca&grupo=1&referencia=2026-11"))
    assert "Ainda não foi feita." in words(browser.get(f"{PROCESS}?tipo=conta"))
    lines = b"".join(browser.get(f"{PROCESS}avisos.csv", place).streaming_content).decode().splitlines()
    assert any(line.startswith("7001;1001;501;SMS;'+5581900000001;Preparada;;") for line in lines)
    assert set(Notice.objects.values_list("kind", flat=True)) == {"collection"}


def test_without_parameters_of_its_kind_the_page_says_so(browser: Client, setup: Setup) -> None:
    page = browser.get(f"{PROCESS}?tipo=cobranca").content.decode()
    assert f'href="{PAGE}?tipo=cobranca">Parametrizar' in page
    assert "Nenhuma cobrança recebida. Envie um arquivo de cobranças para começar." in page
    assert "antes de preparar" not in browser.get(PROCESS).content.decode()


def test_a_step_shows_its_own_month_and_what_waits_for_its_day(browser: Client, setup: Setup, office: Office) -> None:
    today = timezone.localdate()
    other = MONTH.replace(month=10)
    take(bill_row(1, due_date=today + timedelta(days=9)), bill_row(2, month=other, due_date=today))
    do(Run.Step.PREPARE, timezone.now())
    assert "Hoje: 0 SMS e 0 e-mails. 2 avisos esperam a data." in words(browser.get(PROCESS))
    assert "Hoje:" not in words(browser.get(f"{PROCESS}?grupo=1&referencia=2026-10"))
    assert words(browser.get(f"{PROCESS}?grupo=1&referencia=2026-10")).count("Ainda não foi feita.") == 3


def test_errors_lead_to_where_they_are_decided(browser: Client, setup: Setup, office: Office) -> None:
    today = timezone.localdate()
    take(bill_row(1, due_date=today))
    do(Run.Step.PREPARE, timezone.now())
    assert "O que fazer com os erros" not in words(browser.get(PROCESS))
    Notice.objects.filter(channel="email").update(state="failed")
    assert "O que fazer com os erros: E-mails com erro" in words(browser.get(PROCESS))
    Notice.objects.filter(channel="sms").update(state="unconfirmed")
    assert "O que fazer com os erros: Mensagens com erro , E-mails com erro" in words(browser.get(PROCESS))


def test_a_step_of_all_groups_says_so_on_the_page_of_one(browser: Client, setup: Setup, office: Office) -> None:
    today = timezone.localdate()
    take(bill_row(1, due_date=today), bill_row(2, group="2", due_date=today))
    do(Run.Step.PREPARE, timezone.now(), group="", month=None)
    assert "2 SMS e 2 e-mails (todos os grupos)." in words(browser.get(PROCESS))


def test_a_step_that_nobody_does_is_told_on_the_page(browser: Client, setup: Setup) -> None:
    take(bill_row(1))
    runs.ask(Run.Step.PREPARE, actor="ana", now=timezone.now() - timedelta(minutes=5))
    assert "verifique se o recado jobs está em execução" in words(browser.get(PROCESS))
