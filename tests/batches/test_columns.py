"""First guesses at what the columns of a table are."""

from __future__ import annotations

import pytest

from recado.batches.columns import guess_mobile, guess_tags, has_heading, likely_mobiles, names_of


def test_a_heading_is_a_first_row_without_a_mobile() -> None:
    assert has_heading(["celular", "nome"])
    assert not has_heading(["(81) 91234-5678", "Ana"])


def test_columns_are_called_by_the_heading_or_by_their_place() -> None:
    assert names_of(["Celular ", "", "Nome"], heading=True) == ["Celular", "Coluna 2", "Nome"]
    assert names_of(["81912345678", "Ana"], heading=False) == ["Coluna 1", "Coluna 2"]


def test_a_tag_is_the_name_without_what_a_tag_cannot_hold() -> None:
    names = ["Nome do cliente", "R$ Valor", "Vencimento/mês", "2ª via", "", "Nome do cliente"]
    assert guess_tags(names) == [
        "NOME_DO_CLIENTE",
        "R_VALOR",
        "VENCIMENTO_MES",
        "COLUNA_4",
        "COLUNA_5",
        "NOME_DO_CLIENTE_6",
    ]


@pytest.mark.parametrize(
    ("names", "rows", "place"),
    [
        (["nome", "fone"], [["Ana", "81912345678"]], 1),
        (["celular", "whatsapp"], [["81912345678", "81912345679"]], 0),
        (["telefone", "celular"], [["8133334444", "81912345679"]], 1),
        (["nome", "celular"], [["Ana", ""]], 1),
        (["nome", "valor"], [["Ana", "10"]], None),
        (["a"], [], None),
        (["nome", "fone"], [["Ana", "'81912345678"]], 1),
    ],
)
def test_the_mobile_is_where_mobiles_are_then_where_the_name_says_so(
    names: list[str], rows: list[list[str]], place: int | None
) -> None:
    assert guess_mobile(names, rows) == place


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([["Ana", "10", "x"]], []),
        ([["Ana", "81912345678", ""], ["Bia", "81912345679", "81912345670"]], [1, 2]),
        ([["a", f"8191234567{row}", "81912345678" if row < 2 else "x"] for row in range(9)], [1]),
        ([["Ana"]], []),
        ([], []),
    ],
)
def test_every_column_that_may_be_the_mobiles_is_known(rows: list[list[str]], places: list[int]) -> None:
    assert likely_mobiles(["nome", "celular", "contato"], rows) == places
