"""Health: how a phone says it is, and what is told of it without a reason to stop."""

import pytest

from recado.modem.condition import PhoneCondition, explain
from recado.modem.health import Health
from recado.modem.network import Registration

from .asked import a_phone, health
from .fake import HEALTHY, OK


def test_a_healthy_phone_says_how_it_is() -> None:
    assert health(a_phone()) == Health(
        registration=Registration.HOME,
        operator="OPERADORA",
        signal_dbm=-73,
        signal_percent=65,
        battery_percent=85,
        sim=PhoneCondition.READY,
        smsc="+5511900000000",
        condition=PhoneCondition.READY,
        reason="O aparelho está pronto para enviar.",
        advice="",
    )


@pytest.mark.parametrize(
    ("csq", "dbm", "percent"),
    [(b"0,0", -113, 0), (b"31,99", -51, 100), (b"99,99", None, None), (b"150,99", None, None), (b"x", None, None)],
)
def test_signal_is_read_in_dbm_and_percent(csq: bytes, dbm: int | None, percent: int | None) -> None:
    told = health(a_phone({"AT+CSQ": b"\r\n+CSQ: " + csq + b"\r\n" + OK}))
    assert (told.signal_dbm, told.signal_percent) == (dbm, percent)


def test_a_forgotten_service_centre_shows_in_the_health() -> None:
    told = health(a_phone({"AT+CSCA?": b'\r\n+CSCA: "",129\r\n' + OK}))
    assert told.condition is PhoneCondition.NO_SMSC
    assert "SMSC" in told.reason


def test_health_of_a_line_that_is_gone_is_disconnected() -> None:
    told = health(a_phone(drop_after_read=0))
    assert told.condition is PhoneCondition.DISCONNECTED
    assert told.advice


def test_health_of_a_phone_that_hung_is_silent() -> None:
    phone = a_phone()
    phone.answers = dict.fromkeys([*HEALTHY, "AT", "AT+CEREG?", "AT+CGREG?"], b"")
    assert health(phone).condition is PhoneCondition.SILENT


def test_roaming_is_told_and_does_not_stop_the_phone() -> None:
    told = health(a_phone({"AT+CREG?": b"\r\n+CREG: 0,5\r\n" + OK}))
    assert told.condition is PhoneCondition.READY
    assert told.notices == (PhoneCondition.ROAMING,)


@pytest.mark.parametrize(
    ("answer", "full"),
    [
        (b'+CPMS: "SM",3,20,"SM",3,20,"SM",20,20', True),
        (b'+CPMS: "SM",20,20,"SM",20,20,"ME",3,255', False),
        (b"+CPMS: 20,20,20,20,20,20", True),
        # ZTE MF710M: github.com/gammu/gammu issue 907.
        (b'+CPMS: "ME", 0, 50, "ME", 0, 50, "ME", 0, 50', False),
        # MF103: github.com/lkiuyu/DbusSmsForwardCPlus issue 10.
        (b'+CPMS: "ME",0,23,"ME",0,23,"SM",10,10', True),
        (b'+CPMS: "ME",0,0,"ME",0,0,"ME",0,0', False),
        (b"+CPMS: (),(),()", False),
        (b"+CPMS:", False),
    ],
)
def test_a_full_store_is_told_and_does_not_stop_the_phone(answer: bytes, full: bool) -> None:
    told = health(a_phone({"AT+CPMS?": b"\r\n" + answer + b"\r\n" + OK}))
    assert told.condition is PhoneCondition.READY
    assert told.store_full is full
    assert (PhoneCondition.STORE_FULL in told.notices) is full


@pytest.mark.parametrize("condition", list(PhoneCondition))
def test_every_condition_has_its_sentence_and_never_says_telephone(condition: PhoneCondition) -> None:
    known = explain(condition)
    assert known.reason.endswith(".")
    assert known.advice or condition is PhoneCondition.READY
    assert "telefone" not in f"{known.reason} {known.advice}".lower()
