"""What callers write reaches no log of the web server, however wrong it is; a long address is taken."""

from __future__ import annotations

import socket

import pytest

from tests.cli.conftest import Shell, wait_until

pytestmark = pytest.mark.sqlite
SECRET, NUMBER, TEXT = "senha-secreta", "5581912345678", "texto-do-cliente"
CALL = f"/index.php?app=webservices&u=gsan&p={SECRET}&ta=pv&to={NUMBER}&msg={TEXT}"


def raw(port: int, request: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.sendall(request.encode("latin-1"))
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_wrong_requests_leave_no_word_of_theirs_in_the_log(shell: Shell) -> None:
    assert shell.run("migrate").returncode == 0
    web = shell.start("web")
    wait_until(lambda: listens(shell.port))
    host = f"Host: 127.0.0.1:{shell.port}\r\nConnection: close\r\n\r\n"

    assert b"ERR 100" in raw(shell.port, f"GET {CALL} HTTP/1.1\r\n{host}")
    # A blank in the address ends it: what follows is taken for the version.
    assert b" 400 " in raw(shell.port, f"GET {CALL} {TEXT} HTTP/1.1\r\n{host}")[:40]
    assert b" 400 " in raw(shell.port, f"{CALL}\r\n{host}")[:40]
    assert b" 400 " in raw(shell.port, f"GET {CALL} HTTP/1.1\r\n{CALL}\r\n{host}")[:40]
    assert b" 400 " in raw(shell.port, f"GET {CALL} HTTP/1.1\r\nHost: outro.example\r\n\r\n")[:40]
    assert b" 414 " in raw(shell.port, f"GET {CALL}{'a' * 9000} HTTP/1.1\r\n{host}")[:40]
    assert b"ERR 100" in raw(shell.port, f"GET {CALL}{'%C3%A3' * 1200} HTTP/1.1\r\n{host}")
    web.terminate()
    said, _ = web.communicate(timeout=60)

    assert "Invalid request from ip=127.0.0.1" in said
    for word in (SECRET, NUMBER, TEXT):
        assert word not in said
