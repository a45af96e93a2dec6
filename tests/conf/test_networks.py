"""The addresses that a system may call from."""

from __future__ import annotations

import pytest

from recado.conf.networks import NetworkRefused, allows, parse_networks


def test_nothing_written_allows_any_address() -> None:
    assert allows("", "198.51.100.7")
    assert allows(" \n", "")


@pytest.mark.parametrize("written", ["192.0.2.300", "rede interna", "192.0.2.0/33", "10.0.0.0/8, tudo"])
def test_what_is_no_address_is_refused_with_the_word(written: str) -> None:
    with pytest.raises(NetworkRefused, match="não é um endereço"):
        parse_networks(written)


def test_lines_and_commas_part_the_networks() -> None:
    assert [str(network) for network in parse_networks("192.0.2.7, 198.51.100.9/24\n2001:db8::1")] == [
        "192.0.2.7/32",
        "198.51.100.0/24",
        "2001:db8::1/128",
    ]
