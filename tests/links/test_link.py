"""How lines are written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.links import LinkSyntaxError, SerialLink, TcpLink, parse_link


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("serial:/dev/ttyUSB0", SerialLink("/dev/ttyUSB0", 115200)),
        ("serial:/dev/ttyUSB0?baud=9600", SerialLink("/dev/ttyUSB0", 9600)),
        (" serial:/dev/serial/by-id/usb-x-if02 ", SerialLink("/dev/serial/by-id/usb-x-if02")),
        ("tcp:modem.exemplo:7000", TcpLink("modem.exemplo", 7000)),
        ("tcp:192.0.2.7:7000", TcpLink("192.0.2.7", 7000)),
        ("tcp:[2001:db8::7]:7000", TcpLink("2001:db8::7", 7000)),
    ],
)
def test_a_line_is_read_and_written_back(text: str, link: SerialLink | TcpLink) -> None:
    assert parse_link(text) == link
    assert parse_link(str(link)) == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ttyUSB0",
        "/dev/ttyUSB0",
        "serial:",
        "serial:ttyUSB0",
        "serial:/dev/x?baud=",
        "serial:/dev/x?baud=0",
        "serial:/dev/x?speed=9",
        "tcp:modem",
        "tcp::7000",
        "tcp:modem:0",
        "tcp:modem:70000",
        "tcp:modem:²",
        "bluetooth:00:11",
    ],
)
def test_anything_else_is_refused_with_the_forms_that_work(text: str) -> None:
    with pytest.raises(LinkSyntaxError, match="serial:/dev/ttyUSB0") as caught:
        parse_link(text)
    assert caught.value.reason


def test_a_bare_path_gets_the_likely_meaning() -> None:
    with pytest.raises(LinkSyntaxError, match="Quis dizer serial:/dev/ttyACM0"):
        parse_link("/dev/ttyACM0")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        link = parse_link(text)
    except LinkSyntaxError:
        return
    assert parse_link(str(link)) == link
