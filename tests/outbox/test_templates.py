import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.outbox.templates import FIELDS, TemplateRefused, check_template, fill

ALLOWED = ("PROTOCOLO", "RA", "EMPRESA", "TELEFONE")


def refusal(text: str, allowed: tuple[str, ...] = ALLOWED) -> str:
    with pytest.raises(TemplateRefused) as caught:
        check_template(text, allowed)
    return str(caught.value)


def test_a_text_with_known_fields_is_taken():
    check_template("{EMPRESA}: protocolo {PROTOCOLO}.", ALLOWED)


def test_a_text_without_fields_is_taken():
    check_template("Estamos em manutenção.", ())


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_blank_text_is_refused(text: str):
    assert refusal(text) == "Informe o texto."


def test_a_nul_is_refused():
    assert "nulo" in refusal("a\0b")


@pytest.mark.parametrize("written", ["PROTOCOL", "PROTOCOLO ", "protocolo", "PROTCOLO"])
def test_a_misspelt_field_is_refused_with_its_place_and_a_suggestion(written: str):
    assert (
        refusal(f"RA {{{written}}}.")
        == f"A tag {{{written}}} (posição 4) não existe neste tipo. Você quis dizer {{PROTOCOLO}}?"
    )


def test_an_unknown_field_like_none_other_is_answered_with_the_list():
    assert refusal("{XYZW}") == (
        "A tag {XYZW} (posição 1) não existe neste tipo. Use {PROTOCOLO}, {RA}, {EMPRESA}, {TELEFONE}."
    )


def test_a_type_without_fields_asks_for_a_text_without_them():
    assert refusal("{XYZW}", ()).endswith("Use o texto sem tags.")


def test_an_empty_field_is_refused():
    assert "posição 3" in refusal("a {} b")


def test_a_field_of_another_type_is_refused():
    assert "{OS}" in refusal("Ordem {OS}")


@pytest.mark.parametrize(
    ("text", "brace", "place"),
    [("Protocolo {RA", "{", 11), ("RA} aqui", "}", 3), ("{RA} e {", "{", 8), ("{{RA}", "{", 1), ("{RA}}", "}", 5)],
)
def test_a_brace_without_its_partner_is_refused_with_its_place(text: str, brace: str, place: int):
    assert refusal(text) == f"A chave “{brace}” na posição {place} está sem par."


@given(st.text(st.sampled_from("{}RAXá \n"), max_size=30))
def test_a_text_that_is_taken_can_be_filled_to_the_last_brace(text: str):
    try:
        check_template(text, ["RA"])
    except TemplateRefused:
        return
    assert not re.search(r"[{}]", fill(text, {"RA": "123"}))


def test_filling_puts_each_value_in_every_place_of_its_field():
    assert fill("{RA}-{RA}-{OS}", {"RA": "1", "OS": "2"}) == "1-1-2"


def test_a_value_with_braces_stays_as_it_is():
    assert fill("{EMPRESA}", {"EMPRESA": "{RA}", "RA": "1"}) == "{RA}"


def test_a_field_without_value_is_refused_by_name():
    with pytest.raises(TemplateRefused, match=r"\{OS\}"):
        fill("Ordem {OS}", {"RA": "1"})


def test_every_field_says_what_it_is_and_its_longest_value():
    assert all(field.meaning and field.longest and name == field.name for name, field in FIELDS.items())


def test_an_empty_value_takes_the_blank_before_it_along():
    assert fill("Atendido. {AVALIACAO}", {"AVALIACAO": ""}) == "Atendido."
    assert fill("Atendido. {AVALIACAO}", {"AVALIACAO": "Avalie."}) == "Atendido. Avalie."
    assert fill("{AVALIACAO} Fim", {"AVALIACAO": ""}) == " Fim"


def test_an_event_that_knows_nothing_of_an_evaluation_fills_its_text_all_the_same():
    assert fill("Pedido {PROTOCOLO} atendido. {AVALIACAO}", {"PROTOCOLO": "1"}) == "Pedido 1 atendido."
