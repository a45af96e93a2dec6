"""RAs that another system keeps, and mobiles that were guessed: what an attendant sees of them."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message
from recado.outbox.numbers import GUESSED
from tests.support.outbox import MOBILE, NOW
from tests.web.attendance import words

pytestmark = pytest.mark.django_db


def tell(type_id: int = 1, *, note: str = "", ra_number: int | None = 8_000_123) -> Message:
    """A message as GSAN's reader makes it."""
    protocol = "20261000000123"
    values = {"PROTOCOLO": protocol, "RA": str(ra_number), "TEXTO": "Oi"}
    key = f"gsan:ra:{ra_number}:{type_id}"
    message = enqueue(Event(type_id, MOBILE, key, values, protocol, ra_number, "GSAN", note=note), now=NOW)
    assert message is not None
    return message


@pytest.mark.parametrize("term", ["8000123", "20261000000123", "2026 1000 0001 23", "(81) 91234-5678"])
def test_the_story_of_an_ra_of_another_system_is_its_messages(browser: Browser, term: str) -> None:
    tell(1)
    tell(3)
    page = words(browser.post("/cliente/procurar/", {"term": term}, follow=True))
    assert "SMS “Envio protocolo (RA inserida)” para (81) 91234-5678 está na fila" in page
    assert "SMS “Envio serviço realizado”" in page
    if not term.startswith("("):
        assert "RA 8000123, de outro sistema" in page


def test_a_protocol_told_by_the_playsms_door_is_found(browser: Browser) -> None:
    tell(6, ra_number=None)
    assert "Protocolo 20261000000123, de outro sistema" in words(
        browser.post("/cliente/procurar/", {"term": "20261000000123"}, follow=True)
    )


def test_what_is_of_no_system_is_not_known(browser: Browser) -> None:
    assert "Nada se sabe deste número." in words(browser.post("/cliente/procurar/", {"term": "777"}, follow=True))


def test_the_page_of_an_ra_of_another_system_shows_what_was_told(browser: Browser) -> None:
    message = tell()
    page = browser.get("/ra/8000123/")
    assert "Este RA é de outro sistema, que o abre e encerra." in words(page)
    assert f"/mensagens/{message.pk}/" in page.content.decode()
    assert browser.get("/ra/8000124/").status_code == 404


def test_a_guessed_ninth_digit_is_told_beside_the_mobile(browser: Browser) -> None:
    told, plain = tell(1, note=GUESSED), tell(3)
    assert words(browser.get(f"/mensagens/{told.pk}/")).count(GUESSED) == 2
    assert GUESSED not in words(browser.get(f"/mensagens/{plain.pk}/"))
