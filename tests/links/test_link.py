"""How lines are written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.links import Flow, Link, LinkSyntaxError, SerialLink, TcpLink, UsbLink, parse_link


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("serial:/dev/ttyUSB0", SerialLink("/dev/ttyUSB0", 115200)),
        ("serial:/dev/ttyUSB0?baud=9600", SerialLink("/dev/ttyUSB0", 9600)),
        (" serial:/dev/serial/by-id/usb-x-if02 ", SerialLink("/dev/serial/by-id/usb-x-if02")),
        ("serial:/dev/ttyS0?flow=xonxoff", SerialLink("/dev/ttyS0", 115200, Flow.XONXOFF)),
        ("serial:/dev/ttyS0?baud=9600&flow=rtscts", SerialLink("/dev/ttyS0", 9600, Flow.RTSCTS)),
        ("usb:2C7C:0125", UsbLink("2c7c", "0125")),
        ("usb:12d1:1001:0123:AB", UsbLink("12d1", "1001", "0123:AB")),
        ("USB:12d1:1001:X?baud=9600&flow=none", UsbLink("12d1", "1001", "X", 9600)),
        ("tcp:modem.exemplo:7000", TcpLink("modem.exemplo", 7000)),
        ("tcp:192.0.2.7:7000", TcpLink("192.0.2.7", 7000)),
        ("tcp:[2001:db8::7]:7000", TcpLink("2001:db8::7", 7000)),
    ],
)
def test_a_line_is_read_and_written_back(text: str, link: Link) -> None:
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
        "serial:/dev/x?",
        "serial:/dev/x?flow=hard",
        "usb:",
        "usb:2c7c",
        "usb:2c7c:0125:",
        "usb:2c7c:012",
        "usb:2c7c:0125:A B",
        "usb:2c7c:0125?speed=1",
        "tcp:modem",
        "tcp::7000",
        "tcp:modem:0",
        "tcp:modem:70000",
        "tcp:modem:²",
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
