"""The parameters: what is refused with its place, what is counted at its longest, and versions that stay."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from recado.billing.models import Kind, Setup
from recado.billing.setups import SetupRefused, billing_month, fault_of_length, in_force, message_type, save_setup
from recado.billing.tags import TAGS, text_faults, values_of, worst_case
from recado.gsm import EncodingPolicy
from recado.outbox.models import MessageType
from tests.billing.conftest import MONTH, NOW, WANTED, bill_row, take
from tests.support.together import run_together

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Olá {NOMES}", "A tag {NOMES} não existe (linha 1, coluna 5). Você quis dizer {NOME}?"),
        ("a\nb\n  {X9}", "A tag {X9} não existe (linha 3, coluna 3). Use {MATRICULA}, {NOME}, {VENCTO}, {VALOR}."),
        ("{nome}", "Você quis dizer {NOME}?"),
        ("Olá {NOME", "A chave “{” está sem par (linha 1, coluna 5)."),
        ("Olá\nNOME}", "A chave “}” está sem par (linha 2, coluna 5)."),
        ("{{NOME}}", "sem par (linha 1, coluna 1)"),
        ("{VALORDOC}", "A tag {VALORDOC} é de mensagem de cobrança, não de conta (linha 1, coluna 1). Use {VALOR}."),
        ("x\n {VALIDADEDOC}", "é de mensagem de cobrança, não de conta (linha 2, coluna 2). Use {VENCTO}."),
        ("{}", "A tag {} não existe (linha 1, coluna 1)."),
        ("   ", "Informe o texto."),
        ("a\0b", "caractere nulo (linha 1, coluna 2)"),
    ],
)
def test_a_bad_text_is_refused_with_its_place(text: str, told: str) -> None:
    assert told in text_faults(text, Kind.BILL)[0]


def test_all_that_is_wrong_with_a_text_is_told_in_order_and_a_page_of_it_only_counted() -> None:
    faults = text_faults("} {X} \n{NOMES} {", Kind.BILL)
    assert [re.search(r"linha \d, coluna \d+", fault)[0] for fault in faults] == [  # type: ignore[index]
        "linha 1, coluna 1",
        "linha 1, coluna 3",
        "linha 2, coluna 1",
        "linha 2, coluna 9",
    ]
    assert text_faults("}" * 7, Kind.BILL)[-2:] == [
        "A chave “}” está sem par (linha 1, coluna 5).",
        "Há mais 2 erros de tags e chaves neste texto.",
    ]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("minimum", Decimal("0"), "maior que zero"),
        ("minimum", Decimal("-1"), "maior que zero"),
        ("categories", "", "ao menos uma categoria"),
        ("categories", "X", "ao menos uma categoria"),
        ("days_before", -1, "de 0 a 60"),
        ("max_attempts", 0, "de 1 a 20"),
        ("sms_text", "{NADA}", "não existe"),
        ("email_text", "{", "sem par"),
        ("sms_text", "x" * 260, "passa do limite em"),
    ],
)
def test_what_cannot_hold_is_refused_and_names_its_field(field: str, value: object, told: str) -> None:
    with pytest.raises(SetupRefused) as refusal:
        save_setup(replace(WANTED, **{field: value}), actor="ana", now=NOW)
    assert (refusal.value.field, told in str(refusal.value)) == (field, True)
    assert not Setup.objects.exists()


@pytest.mark.parametrize("kind", Kind)
def test_the_longest_sms_counts_every_tag_in_full_and_57_positions_of_the_bar_code(kind: Kind) -> None:
    sizes = sum(tag.size for tag in TAGS[kind])
    text = "".join(f"{{{tag.name}}}" for tag in TAGS[kind])
    assert worst_case(text, kind, EncodingPolicy.FOLD).characters == sizes + 57
    room = 306 - sizes - 57
    assert fault_of_length(text + "x" * room, kind) == ""
    assert fault_of_length(text + "x" * (room + 1), kind) == (
        "Com as tags no tamanho máximo o SMS passa do limite em 1 caractere."
    )


def test_a_value_never_takes_more_than_its_tag() -> None:
    most = Decimal("999999999.99")
    for kind in Kind:
        values = values_of(kind, property_id="123456789012", name="X" * 60, due_date=MONTH, value=most)
        assert {tag.name: tag.size for tag in TAGS[kind]} == {name: len(text) for name, text in values.items()}
    assert values["VALORDOC"] == "R$ 999.999.999,99"


def test_saving_makes_a_version_and_dates_the_one_before() -> None:
    first = save_setup(WANTED, actor="ana", now=NOW)
    later = NOW + timedelta(hours=1)
    second = save_setup(replace(WANTED, days_before=5), actor="bia", now=later)
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert (first.withdrawn_at, first.days_before) == (later, 3)
    assert in_force(Kind.BILL) == second


def test_saving_what_is_in_force_makes_no_version() -> None:
    first = save_setup(WANTED, actor="ana", now=NOW)
    assert save_setup(WANTED, actor="bia", now=NOW) == first
    assert Setup.objects.count() == 1


def test_the_type_of_sms_takes_the_attempts_and_heeds_who_wants_none() -> None:
    save_setup(WANTED, actor="ana", now=NOW)
    kind = MessageType.objects.get(pk=message_type(Kind.BILL).pk)
    assert (kind.max_attempts, kind.heeds_opt_out) == (4, True)


def test_saving_what_is_in_force_puts_the_type_right_again() -> None:
    save_setup(WANTED, actor="ana", now=NOW)
    MessageType.objects.update(max_attempts=19, heeds_opt_out=False)
    save_setup(WANTED, actor="ana", now=NOW)
    kind = MessageType.objects.get(pk=message_type(Kind.BILL).pk)
    assert (kind.max_attempts, kind.heeds_opt_out) == (4, True)


def test_the_billing_month_is_that_of_the_newest_bills() -> None:
    take(bill_row(1), bill_row(2, month=MONTH.replace(month=10)))
    assert billing_month(Kind.BILL) == MONTH


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_make_two_versions_and_one_is_in_force() -> None:
    def save(days: int) -> int:
        return save_setup(replace(WANTED, days_before=days), actor="ana", now=NOW).number

    assert sorted(run_together([lambda: save(7), lambda: save(8)])) == [1, 2]
    assert Setup.objects.filter(is_in_force=True).count() == 1
