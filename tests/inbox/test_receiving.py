"""An incoming SMS is kept once, joined to its text, and read for a wish not to be written to."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from recado.gsm import Deliver, EncodingPolicy
from recado.inbox import receiving
from recado.inbox.models import IncomingPart, Reply
from recado.inbox.receiving import MISSING_PART, asks_to_stop, receive
from recado.outbox import consent
from recado.outbox.models import OptOut
from recado.phones.models import Phone
from tests.support.outbox import MOBILE, NOW, OTHER_MOBILE, make_phone, minutes
from tests.support.pdus import deliver_pdus, submit_pdu

pytestmark = pytest.mark.django_db
LONG = "A rua Fictícia está sem água desde cedo e o vazamento continua na calçada do número 12. " * 4
VECTORS = Path(__file__).parents[1] / "gsm" / "vectors"


def receive_all(pdus: list[str], phone: Phone | None = None) -> list[Reply | None]:
    at = phone or make_phone()
    return [receive(at.pk, pdu, NOW) for pdu in pdus]


def test_a_reply_is_kept_with_its_sender_its_text_and_its_times() -> None:
    phone = make_phone()
    reply = receive(phone.pk, deliver_pdus(MOBILE, "Ainda sem água!", NOW - minutes(2))[0], NOW)
    assert reply is not None
    reply.refresh_from_db()
    assert (reply.number, reply.text, reply.is_whole) == (MOBILE, "Ainda sem água!", True)
    assert (reply.sent_at, reply.received_at, reply.read_at) == (NOW - minutes(2), NOW, None)
    part = IncomingPart.objects.get()
    assert (part.phone, part.reply, part.fault) == (phone, reply, "")


@pytest.mark.parametrize("written", ["81912345678", "081912345678", "5581912345678"])
def test_a_mobile_in_national_form_is_the_same_customer(written: str) -> None:
    (reply,) = receive_all(deliver_pdus(written, "Oi", NOW))
    assert reply is not None
    assert reply.number == MOBILE


@pytest.mark.parametrize("sender", ["28500", "Operadora", "OPERADORA11", "+12025550123", "+12345678901234567890"])
def test_a_sender_that_is_no_mobile_is_kept_as_the_network_wrote_it(sender: str) -> None:
    (reply,) = receive_all(deliver_pdus(sender, "SAIR", NOW))
    assert reply is not None
    reply.refresh_from_db()
    assert (reply.number, reply.asks_to_stop) == (sender, False)
    assert not OptOut.objects.exists()


def test_the_same_pdu_again_is_known_and_not_doubled() -> None:
    (pdu,) = deliver_pdus(MOBILE, "Oi", NOW)
    assert [reply is None for reply in receive_all([pdu, pdu.lower(), pdu])] == [False, True, True]
    assert Reply.objects.count() == 1


def test_the_same_words_at_another_second_are_another_reply() -> None:
    receive_all(deliver_pdus(MOBILE, "Oi", NOW) + deliver_pdus(MOBILE, "Oi", NOW + timedelta(seconds=1)))
    assert Reply.objects.count() == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("policy", [EncodingPolicy.UCS2, EncodingPolicy.FOLD])
def test_parts_in_any_order_make_one_text(order: tuple[int, ...], policy: EncodingPolicy) -> None:
    pdus = deliver_pdus(MOBILE, (LONG if policy is EncodingPolicy.FOLD else LONG[:180]), NOW, policy=policy)
    assert len(pdus) == 3
    receive_all([pdus[index] for index in order])
    reply = Reply.objects.get()
    assert reply.is_whole
    assert reply.text.startswith("A rua Fict")
    assert MISSING_PART not in reply.text
    assert len(reply.text) == (len(LONG) if policy is EncodingPolicy.FOLD else 180)


def test_a_character_cut_between_two_parts_is_whole_again() -> None:
    text = "x" * 66 + "💧" + "y" * 60
    receive_all(deliver_pdus(MOBILE, text, NOW, policy=EncodingPolicy.UCS2))
    assert Reply.objects.get().text == text


def test_a_missing_part_leaves_a_gap_that_can_be_read_and_a_late_one_fills_it() -> None:
    phone, pdus = make_phone(), deliver_pdus(MOBILE, LONG, NOW, policy=EncodingPolicy.FOLD)
    receive_all([pdus[0], pdus[2]], phone)
    reply = Reply.objects.get()
    assert not reply.is_whole
    assert reply.text.count(MISSING_PART) == 1
    assert receive(phone.pk, pdus[1], NOW + timedelta(hours=20)) == reply
    reply.refresh_from_db()
    assert (reply.is_whole, MISSING_PART in reply.text) == (True, False)


def test_a_reference_used_again_the_next_week_is_another_text() -> None:
    phone, pdus = make_phone(), deliver_pdus(MOBILE, LONG, NOW)
    receive_all(pdus[:1], phone)
    later = NOW + timedelta(days=7)
    for pdu in deliver_pdus(MOBILE, LONG, later):
        receive(phone.pk, pdu, later)
    assert sorted(Reply.objects.values_list("is_whole", flat=True)) == [False, True]


def test_a_reference_used_again_at_once_for_a_second_text_does_not_mix_them() -> None:
    first = deliver_pdus(MOBILE, "a" * 200, NOW)
    second = deliver_pdus(MOBILE, "b" * 200, NOW + minutes(1))
    receive_all([first[0], first[1], second[0], second[1]])
    assert sorted(Reply.objects.values_list("text", flat=True)) == ["a" * 200, "b" * 200]


def test_two_customers_with_the_same_reference_are_told_apart() -> None:
    first, second = deliver_pdus(MOBILE, "a" * 200, NOW), deliver_pdus(OTHER_MOBILE, "b" * 200, NOW)
    receive_all([first[0], second[1], second[0], first[1]])
    assert dict(Reply.objects.values_list("number", "text")) == {MOBILE: "a" * 200, OTHER_MOBILE: "b" * 200}


def test_every_vector_of_the_library_is_received_with_its_text() -> None:
    """National tables, alphanumeric senders, Class 0 and broken PDUs among them."""
    phone = make_phone()
    vectors = json.loads((VECTORS / "deliver.json").read_text(encoding="utf-8"))
    pdus = {found for found in _strings(vectors) if _reads(found)}
    assert len(pdus) > 50
    for pdu in sorted(pdus):
        reply = receive(phone.pk, pdu, NOW)
        deliver = Deliver.from_hex(pdu)
        assert reply is not None
        if deliver.concat is None:
            assert reply.text == deliver.text.replace("\0", "\ufffd")


def _strings(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [found for child in children for found in _strings(child)]


def _reads(text: str) -> bool:
    try:
        Deliver.from_hex(text)
    except receiving.DecodeError:
        return False
    return True


@pytest.mark.parametrize("text", ["Água e pão", "ação, três, você", "Não há água"])
def test_national_tables_are_read(text: str) -> None:
    (reply,) = receive_all(deliver_pdus(MOBILE, text, NOW, policy=EncodingPolicy.SHIFT))
    assert reply is not None
    assert reply.text == text


def test_a_class_0_message_is_kept_like_any_other() -> None:
    (pdu,) = deliver_pdus(MOBILE, "Urgente", NOW, policy=EncodingPolicy.FOLD)
    deliver = Deliver.from_hex(pdu)
    at = pdu.index(deliver.originator.to_bytes().hex().upper()) + len(deliver.originator.to_bytes().hex()) + 2
    flash = pdu[:at] + "10" + pdu[at + 2 :]
    assert Deliver.from_hex(flash).message_class == 0
    (reply,) = receive_all([flash])
    assert reply is not None
    assert reply.text == "Urgente"


@pytest.mark.parametrize("pdu", ["", "0", "ZZ", "\x00", "07", "é" * 500, submit_pdu(MOBILE)])
def test_what_cannot_be_read_is_kept_with_its_fault(pdu: str) -> None:
    phone = make_phone()
    assert receive(phone.pk, pdu, NOW) is None
    part = IncomingPart.objects.get()
    assert part.fault
    assert part.reply is None
    receive(phone.pk, pdu, NOW)
    assert IncomingPart.objects.count() == 1


def test_a_nul_in_a_text_does_not_stop_the_inbox() -> None:
    (pdu,) = deliver_pdus(MOBILE, "ab✓", NOW, policy=EncodingPolicy.UCS2)
    (reply,) = receive_all([pdu.replace("00610062", "00000062")])
    assert reply is not None
    reply.refresh_from_db()
    assert reply.text == "\ufffdb✓"


@given(octets=st.binary(max_size=180))
def test_no_octets_from_the_radio_raise(octets: bytes) -> None:
    phone, _ = Phone.objects.get_or_create(name="Aparelho", defaults={"link": "tcp:x"})
    receive(phone.pk, octets.hex(), NOW)


@pytest.mark.parametrize(
    "text", ["SAIR", "sair", " Sair. ", "“PARAR!”", "cancelar\n", "PÁRE", "Remóver…", "stop", "S A I R"]
)
def test_an_opt_out_word_in_any_dress_is_a_wish(text: str) -> None:
    assert asks_to_stop(text)
    (reply,) = receive_all(deliver_pdus(MOBILE, text, NOW))
    assert reply is not None
    reply.refresh_from_db()
    assert reply.asks_to_stop
    assert consent.opted_out(MOBILE)
    wish = OptOut.objects.get()
    assert (wish.since, wish.actor, wish.how) == (NOW, "Recado", f"Resposta por SMS nº {reply.pk}")


@pytest.mark.parametrize(
    "text", ["", "Obrigada", "quero sair cedo", "Não vou parar", "CANCELAR 20261000000012", "SAIR 2", "💧", "PARARAM"]
)
def test_other_words_are_no_wish(text: str) -> None:
    assert not asks_to_stop(text)


def test_the_words_may_be_set_with_accents(settings: LazySettings) -> None:
    settings.RECADO_OPT_OUT_WORDS = ("NÃO QUERO",)
    assert asks_to_stop("nao quero!")
    assert not asks_to_stop("SAIR")


def test_a_word_without_letters_in_the_settings_is_no_wish(settings: LazySettings) -> None:
    settings.RECADO_OPT_OUT_WORDS = ("SAIR", "🛑")
    assert not asks_to_stop("👍")
    assert asks_to_stop("sair 🛑")


def test_a_wish_said_in_two_parts_counts_once_it_is_whole(settings: LazySettings) -> None:
    settings.RECADO_OPT_OUT_WORDS = ("A" * 170,)
    phone, pdus = make_phone(), deliver_pdus(MOBILE, "a" * 170, NOW)
    receive(phone.pk, pdus[1], NOW)
    assert not consent.opted_out(MOBILE)
    receive(phone.pk, pdus[0], NOW)
    assert consent.opted_out(MOBILE)
