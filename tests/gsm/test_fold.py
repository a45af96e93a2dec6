"""Folding: what is kept, what is replaced, and that every replacement is told."""

import pytest
from hypothesis import given

from recado.gsm import Change, NationalTable, fold
from recado.gsm.alphabet import encode_septets

from .strategies import any_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("São João pediu água às 10h", "Sao Joao pediu agua às 10h"),
        ("ligação, conexão, avô, saúde", "ligacao, conexao, avo, saude"),
        ("CAÇÃO ÚTIL Ê Í", "CAÇAO UTIL E I"),
        ("“aspas” ‘simples’ – traço — longo…", "\"aspas\" 'simples' - traco - longo..."),
        ("nº 5, 1ª via, 30°, R$ 10,00", "no 5, 1a via, 30o, R$ 10,00"),
        ("10\u00a0000\u202f€ {x}", "10 000 € {x}"),
        ("ok ✓ ½ ³ ™", "ok v 1/2 3 (tm)"),
        ("água 💧!", "agua ?!"),
        ("família 👨\u200d👩\u200d👧", "familia ???"),
        ("coração ❤\ufe0f", "coracao ?"),
        ("日本", "??"),
    ],
)
def test_a_text_folds_to_what_gsm_7_bit_has(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_what_gsm_7_bit_has_stays_and_nothing_is_told() -> None:
    text = "à é ì ò ù ä ö ü ñ Ç É Ä Ö Ü Ñ £ € [x] {y} ~ ^ | \\ \n"
    assert fold(text).text == text
    assert fold(text).changes == ()


def test_each_change_is_told_once_with_its_count_in_order_of_appearance() -> None:
    assert fold("ação e emoção 😀").changes == (Change("ç", "c", 2), Change("ã", "a", 2), Change("😀", "?", 1))


def test_a_dropped_character_is_told_with_nothing_in_its_place() -> None:
    assert fold("a\u200bb").changes == (Change("\u200b", "", 1),)


def test_an_accent_written_as_a_second_code_point_folds_as_one_character() -> None:
    assert fold("Joa\u0303o e e\u0301 assim").text == "Joao e é assim"
    assert fold("Joa\u0303o").changes == (Change("ã", "a", 1),)


@given(any_text)
def test_a_folded_text_always_fits_gsm_7_bit_and_folds_to_itself(text: str) -> None:
    folded = fold(text).text
    assert encode_septets(folded, NationalTable.DEFAULT, NationalTable.DEFAULT) is not None
    assert fold(folded).text == folded
    assert fold(folded).changes == ()
