"""Nonsense in an address gives the nearest page."""

import pytest

from recado.web.paging import FAR, Paging, asked_page, asked_size


@pytest.mark.parametrize(
    ("raw", "page"),
    [
        ("3", 3),
        ("003", 3),
        ("0", 1),
        ("-1", 1),
        ("", 1),
        ("dois", 1),
        ("1.5", 1),
        ("٣", 1),
        ("1\0", 1),
        ("9" * 9, 999_999_999),
        ("9" * 30, FAR),
        ("9" * 5_000_000, FAR),
        ("x" * 5_000_000, 1),
    ],
)
def test_any_text_is_a_page_number(raw, page):
    assert asked_page(raw) == page


@pytest.mark.parametrize(("raw", "size"), [("25", 25), ("100", 100), ("1000", 10), ("", 10), ("25 ", 10), ("-10", 10)])
def test_only_the_offered_sizes_are_taken(raw, size):
    assert asked_size(raw) == size


@pytest.mark.parametrize(("asked", "number", "first", "last"), [(1, 1, 1, 10), (13, 13, 121, 128), (FAR, 13, 121, 128)])
def test_a_page_past_the_end_is_the_last_one(asked, number, first, last):
    paging = Paging.of(128, asked, 10, {})
    assert (paging.number, paging.first, paging.last) == (number, first, last)


def test_an_empty_list_has_one_page_without_rows():
    paging = Paging.of(0, 7, 10, {})
    assert (paging.number, paging.pages, paging.first, paging.last, paging.links) == (1, 1, 0, 0, [1])


@pytest.mark.parametrize(
    ("number", "links"),
    [
        (1, [1, 2, 3, 0, 13]),
        (4, [1, 2, 3, 4, 5, 6, 0, 13]),
        (7, [1, 0, 5, 6, 7, 8, 9, 0, 13]),
        (13, [1, 0, 11, 12, 13]),
    ],
)
def test_the_links_lead_to_the_ends_and_the_neighbours(number, links):
    assert Paging.of(128, number, 10, {}).links == links


def test_every_link_keeps_the_filters_escaped():
    paging = Paging.of(128, 2, 25, {"inicio": "01/11/2026", "tipo": "a&b"})
    assert paging.query == "inicio=01%2F11%2F2026&tipo=a%26b&por_pagina=25"
    assert paging.query_without_size == "inicio=01%2F11%2F2026&tipo=a%26b"
