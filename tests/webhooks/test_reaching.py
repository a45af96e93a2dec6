"""Where a POST may go: no way into the company's own network, whatever the address pretends."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from recado.webhooks import reaching
from recado.webhooks.reaching import AddressRefused, NotReached, check_url, post
from tests.webhooks.conftest import Receiver


@pytest.mark.parametrize(
    "url",
    [
        "",
        "exemplo",
        "ftp://exemplo.example/",
        "https://",
        "https://ana:segredo@exemplo.example/",
        "https://exemplo.example:99999/",
        "https://exemplo.example:0/",
        "https://exemplo .example/",
        "https://exemplo.example/\r\nHost: outro",
        "https://açaí.example/",
        "https://exemplo.example/" + "x" * 500,
        "http://exemplo.example/",
        "https://[::1",
    ],
)
def test_what_is_no_public_https_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "[::1]",
        "[fe80::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "100.64.0.1",
        "[fd00::1]",
        "224.0.0.1",
    ],
)
def test_an_inner_address_is_never_asked(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*args: object, **kwargs: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(AddressRefused, match="rede interna"):
        post(f"https://{host}/", b"{}", {})


def test_a_name_is_looked_up_once_and_refused_when_any_of_its_addresses_is_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def lookup(host: str, port: int, **kwargs: object) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(AddressRefused):
        post("https://avisos.example/", b"{}", {})
    assert asked == ["avisos.example"]


def test_a_network_that_the_operator_allows_is_reached_also_without_tls(receiver: Receiver) -> None:
    assert post(receiver.url, b"{}", {"webhook-id": "evt_1"}).code == 204
    assert receiver.got[0][0]["webhook-id"] == "evt_1"
    assert receiver.got[0][0]["host"] == f"127.0.0.1:{receiver.port}"


def test_outside_the_allowed_networks_http_stays_refused(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: str, port: int, **kwargs: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(AddressRefused, match="https"):
        post("http://avisos.example/", b"{}", {})


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.codes, receiver.headers = [302], {"Location": "http://127.0.0.1:9/"}
    answer = post(receiver.url, b"{}", {})
    assert (answer.code, answer.taken) == (302, False)
    assert len(receiver.got) == 1


def test_nobody_there_is_worth_another_try(receiver: Receiver) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotReached):
            post(f"http://127.0.0.1:{taken.getsockname()[1]}/", b"{}", {})
    with pytest.raises(NotReached):
        post("https://nao-existe.invalid/", b"{}", {})


def test_tls_asks_for_a_certificate_of_the_name(receiver: Receiver) -> None:
    with pytest.raises(NotReached):
        post(receiver.url.replace("http:", "https:"), b"{}", {})


def test_an_answer_that_drips_is_given_up_at_the_same_time_as_none(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RECADO_WEBHOOK_NETWORKS = "127.0.0.0/8"
    monkeypatch.setattr(reaching, "TIMEOUT_SECONDS", 0.3)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not over.wait(0.05):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        begun = time.monotonic()
        try:
            with pytest.raises(NotReached, match=r"não respondeu em 0,3 s"):
                post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
            assert time.monotonic() - begun < 3
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    "host",
    [
        "[64:ff9b::a01:203]",
        "[2002:a01:203::1]",
        "[2001:0:4136:e378:8000:63bf:f5fe:fdfc]",
        "[::127.0.0.1]",
        "[fec0::1]",
        "[::ffff:0:127.0.0.1]",
    ],
)
def test_an_inner_address_within_an_outer_one_is_never_asked(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: pytest.fail("asked"))
    with pytest.raises(AddressRefused, match="rede interna"):
        post(f"https://{host}/", b"{}", {})


def test_a_public_address_by_way_of_nat64_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def connect(target: tuple[str, int], **kwargs: object) -> None:
        asked.append(target)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotReached):
        post("https://[64:ff9b::5db8:d70e]/", b"{}", {})
    assert asked == [("64:ff9b::5db8:d70e", 443)]
