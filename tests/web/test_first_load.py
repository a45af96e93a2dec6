"""What the first page costs a slow line, and that the second costs next to nothing: as whitenoise serves it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import Settings

import recado.web
from recado.web.manual import manual
from recado.web.words import CAUSE_WORDS, STATUS_WORDS

MOST_BYTES = 250_000
PAGES = ("/", "/mensagens/", "/ra/inserir/", "/painel/", "/tipos/1/", "/ajuda/consultar-mensagens/")
_ASSET = re.compile(r'(?:<link rel="stylesheet" href|<script[^>]* src|<link rel="icon"[^>]* href)="([^"]+)"')
_OF_A_STYLE = re.compile(r"url\(\"?([^\")]+)\"?\)")
_OF_A_SCRIPT = re.compile(r'\bfrom ?"(\.[^"]+)"')


@pytest.fixture
def line(user: User, settings: Settings, tmp_path: Path) -> Iterator[Callable[[str], HttpResponseBase]]:
    """Ask for an address as a browser does, of a server whose static files were collected."""
    settings.STATIC_ROOT = tmp_path
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": manifest}
    call_command("collectstatic", interactive=False, verbosity=0)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    # The manual is made once a process, with the names that its pictures have then.
    manual.cache_clear()
    yield lambda address: client.get(address, headers={"Accept-Encoding": "gzip"})
    manual.cache_clear()


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def text_of(answer: HttpResponseBase) -> str:
    """What the browser reads."""
    sent = body(answer)
    return (gzip.decompress(sent) if answer.headers.get("Content-Encoding") == "gzip" else sent).decode()


def parts_of(page: str, line: Callable[[str], HttpResponseBase], folder: Path) -> dict[str, int]:
    """Every file that the page asks for, with what those ask for; the bytes of each on the line."""
    waiting, found = _ASSET.findall(page), {}
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        answer = line(address)
        assert answer.status_code == 200, address
        found[address] = len(body(answer))
        if address.endswith((".css", ".js")):
            text = (folder / address.removeprefix("/static/")).read_text(encoding="utf-8")
            named = (_OF_A_STYLE if address.endswith(".css") else _OF_A_SCRIPT).findall(text)
            waiting += [urljoin(address, name) for name in named if not name.startswith("data:")]
    return found


@pytest.mark.parametrize("path", PAGES)
def test_the_first_page_fits_a_slow_line(path: str, line: Callable[[str], HttpResponseBase], tmp_path: Path) -> None:
    parts = parts_of(text_of(line(path)), line, tmp_path)
    assert any(name.endswith(".woff2") for name in parts)
    parts[path] = len(body(line(path)))
    total = sum(parts.values())
    assert total <= MOST_BYTES, "\n".join(f"{size:7} {name}" for name, size in parts.items())


def test_the_calendar_is_fetched_when_it_is_opened_and_kept(line: Callable[[str], HttpResponseBase]) -> None:
    page = text_of(line("/mensagens/"))
    (address,) = set(re.findall(r'data-date-field="([^"]+)"', page))
    assert "immutable" in line(address).headers["Cache-Control"]
    assert f'src="{address}"' not in page


def test_what_was_loaded_once_is_not_asked_for_again(line: Callable[[str], HttpResponseBase], tmp_path: Path) -> None:
    for address in parts_of(text_of(line("/")), line, tmp_path):
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), f"{address} has no hash in its name"
        assert "immutable" in line(address).headers["Cache-Control"], address


def test_text_goes_compressed(line: Callable[[str], HttpResponseBase], tmp_path: Path) -> None:
    for address in parts_of(text_of(line("/")), line, tmp_path):
        if address.endswith((".css", ".js")) and (tmp_path / f"{address.removeprefix('/static/')}.gz").exists():
            assert line(address).headers["Content-Encoding"] == "gzip"


def test_every_icon_that_a_template_or_a_word_names_has_its_rule() -> None:
    web = Path(recado.web.__file__).parent
    rules = set(re.findall(r"\.fa-([\w-]+):before", (web / "static/web/vendor/fontawesome/icons.css").read_text()))
    named: set[str] = set()
    for template in web.rglob("*.html"):
        named |= set(re.findall(r"fa-([a-z][\w-]*)", template.read_text(encoding="utf-8")))
    words = [*STATUS_WORDS.values(), *CAUSE_WORDS.values()]
    named |= {word.icon for word in words if getattr(word, "icon", "")}
    assert named - rules - {"lg", "2x"} == set(), "copy their rules into icons.css (see VENDORED.md)"
