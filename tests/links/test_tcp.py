"""TCP lines, on the loopback."""

import socket
from collections.abc import Iterator

import pytest

from recado.links import LinkDown, TcpLink, open_link
from recado.links.tcp import _explain


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_bytes_go_both_ways_and_a_close_is_a_line_that_is_down(server: socket.socket) -> None:
    line = open_link(f"tcp:127.0.0.1:{server.getsockname()[1]}")
    peer, _ = server.accept()
    line.write(b"AT\r")
    assert peer.recv(10) == b"AT\r"
    peer.sendall(b"\r\nOK\r\n")
    assert line.read(5.0) == b"\r\nOK\r\n"
    peer.close()
    with pytest.raises(LinkDown, match="caiu"):
        line.read(5.0)
    line.close()
    line.close()


def test_a_refused_connection_is_told(server: socket.socket) -> None:
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(LinkDown, match="recusou a ligação"):
        open_link(f"tcp:127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "x"), "Não encontrei o servidor"),
        (TimeoutError(), "não respondeu em 10 segundos"),
        (OSError(113, "x"), "Não foi possível chegar"),
    ],
)
def test_each_way_to_fail_has_its_own_words(error: OSError, words: str) -> None:
    down = _explain(TcpLink("modem.exemplo", 7000), error)
    assert words in down.reason
    assert down.advice
