"""From cells to an SMS, or to the reason why there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.batches.composing import Composed, RowRefused, composer, count_parts, tags_in
from recado.gsm import EncodeError, EncodingPolicy, segment

COMPANY = {"EMPRESA": "Companhia Exemplo", "TELEFONE": "0800 000 0000", "ASSINATURA": ""}


def made(template: str, *cells: str) -> Composed:
    mapping = {"CELULAR": 0, "NOME": 1, "PROTOCOLO": 2}
    return composer(template, EncodingPolicy.FOLD, mapping, COMPANY)(cells)


def refusal(template: str, *cells: str) -> str:
    with pytest.raises(RowRefused) as refused:
        made(template, *cells)
    return str(refused.value)


def test_cells_and_the_companys_values_fill_the_text() -> None:
    assert made("{EMPRESA}: olá, {NOME}.", "(81) 91234-5678", " Ana ", "") == Composed(
        "+5581912345678", "Companhia Exemplo: olá, Ana.", 1
    )


def test_a_column_may_stand_for_a_tag_of_the_company() -> None:
    make = composer("{TELEFONE}", EncodingPolicy.FOLD, {"CELULAR": 0, "TELEFONE": 1}, COMPANY)
    assert make(["81912345678", "3333-4444"]).text == "3333-4444"


def test_a_column_that_the_text_does_not_use_may_be_missing_or_empty() -> None:
    assert made("Aviso.", "81912345678").text == "Aviso."


def test_what_only_looks_like_a_formula_is_a_text_and_stays_so() -> None:
    assert made("Olá, {NOME}.", "81912345678", "+Ana - 1 = @B1", "").text == "Olá, +Ana - 1 = @B1."


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("", "Ana", "1"), "Falta o celular."),
        (("8133334444", "Ana", "1"), "fixo"),
        (("8.19E+10", "Ana", "1"), "Formate a coluna como texto"),
        (("=A1", "Ana", "1"), "é uma fórmula"),
        (("81912345678", "=HYPERLINK(A1)", "1"), "NOME: é uma fórmula."),
        (("81912345678", "", "1"), "NOME: está vazio."),
        (("81912345678", "Jo\ufffdo", "1"), "caractere ilegível"),
        (("81912345678", "Ana", "2,02E+13"), "Formate a coluna como texto"),
        (("81912345678",), "Falta a coluna 2"),
        (("81912345678", "x" * 2000, "1"), "o limite é 10"),
        (("81912345678", "a\x07b", "1"), "nenhum celular mostra"),
    ],
)
def test_what_gives_no_sms_says_why(cells: tuple[str, ...], words: str) -> None:
    assert words in refusal("{NOME} {PROTOCOLO}", *cells)


def test_tags_are_told_once_in_order() -> None:
    assert tags_in("{B} {A} {B}") == ["B", "A"]


@given(st.text(max_size=200), st.sampled_from(list(EncodingPolicy)))
def test_the_quick_count_is_the_cut_ones(text: str, policy: EncodingPolicy) -> None:
    try:
        exact = len(segment(text, policy).parts)
    except EncodeError:
        with pytest.raises(EncodeError):
            count_parts(text, policy)
    else:
        assert count_parts(text, policy) == exact


@given(st.text("abc ãçéÇ[]{}^|€`'\n\t$@_", max_size=330), st.sampled_from(list(EncodingPolicy)))
def test_so_it_is_of_what_people_write(text: str, policy: EncodingPolicy) -> None:
    assert count_parts(text, policy) == len(segment(text, policy).parts)
