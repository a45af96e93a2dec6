"""What each role reads of a phone that is down: technicians the device and the command, others whom to tell."""

from __future__ import annotations

import pytest

from recado.alarms.models import Alarm, Kind
from recado.people.roles import ADMINISTRATOR, ATTENDANT, SUPERVISOR, Role
from recado.phones.models import Condition, Phone
from tests.support.outbox import NOW, make_phone, minutes
from tests.web.attendance import logged_in, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_a_known_time")]
DEVICE = "O dispositivo /dev/ttyUSB0 não existe ou está desligado."
COMMAND = "Veja os dispositivos presentes com: ls -l /dev/serial/by-id"
SCREENS = ("/", "/vivo/inicio/", "/aparelhos/", "/aparelhos/vivo/")
TELL = "Avise a TI: aparelho “Aparelho 1”, desconectado."


def cut_off() -> Phone:
    """A phone whose device is gone, with all that the link said of it on the row, and an alarm about it."""
    down = {"condition": Condition.DISCONNECTED, "reason": DEVICE, "advice": COMMAND, "last_error": DEVICE}
    checked = {"check_asked_at": NOW, "check_asked_by": "bia", "check_answered_at": NOW, "check_well": False}
    phone = make_phone(**down, last_error_at=NOW - minutes(3), condition_since=NOW - minutes(3))
    Phone.objects.filter(pk=phone.pk).update(**checked, check_answer=f"{DEVICE} {COMMAND}")
    sentence = f"O aparelho “Aparelho 1” não envia: desconectado. {DEVICE}"
    raise_alarm(Kind.PHONE_DOWN, sentence, f"{COMMAND}. A fila espera; nada se perde.", subject="Aparelho 1")
    return phone


def raise_alarm(kind: Kind, sentence: str, advice: str, subject: str = "") -> None:
    Alarm.objects.create(kind=kind, subject=subject, sentence=sentence, advice=advice, since=NOW, began_at=NOW)


def read(role: Role, path: str) -> str:
    answer = logged_in(role).get(path)
    assert answer.status_code == 200
    return words(answer)


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("role", [ATTENDANT, SUPERVISOR], ids=["attendant", "supervisor"])
def test_who_cannot_mend_it_reads_whom_to_tell_and_no_device_or_command(role: Role, path: str) -> None:
    cut_off()
    page = read(role, path)
    assert f"A fila espera; nada se perde. Veja se o cabo e a luz do aparelho estão no lugar. {TELL}" in page
    assert "/dev/" not in page
    assert "ls -l" not in page


@pytest.mark.parametrize("path", SCREENS)
def test_a_technician_reads_device_and_command(path: str) -> None:
    cut_off()
    page = read(ADMINISTRATOR, path)
    assert f"A fila espera; nada se perde. {COMMAND}" in page
    assert "Avise a TI" not in page
    assert DEVICE in page


def test_the_card_of_a_phone_that_failed_a_test_says_so_without_the_link_s_words() -> None:
    cut_off()
    page = read(SUPERVISOR, "/aparelhos/")
    assert "Conexão com problema Pedido às 8h14 por bia." in page
    assert f"Conexão com problema {DEVICE} {COMMAND} Pedido" in read(ADMINISTRATOR, "/aparelhos/")


@pytest.mark.parametrize(
    ("condition", "label"), [(Condition.SIM_PIN, "chip pede PIN"), (Condition.NO_SIGNAL, "sem sinal")]
)
def test_another_trouble_keeps_its_sentence_and_names_itself_to_the_technicians(
    condition: Condition, label: str
) -> None:
    make_phone(condition=condition, reason="O chip não atende.", advice="Informe o PIN na configuração.")
    page = read(ATTENDANT, "/aparelhos/")
    assert "O chip não atende." in page
    assert f"Avise a TI: aparelho “Aparelho 1”, {label}." in page
    assert "Informe o PIN" not in page
    assert "Informe o PIN na configuração." in read(ADMINISTRATOR, "/aparelhos/")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Kind.PHONE_DOWN, "Avise a TI: o aparelho “Aparelho 9” está parado."),
        (Kind.GATEWAY_DOWN, "Avise a TI: o serviço de envio está parado."),
        (Kind.GSAN_UNREAD, "Avise a TI: o GSAN não é lido."),
    ],
)
@pytest.mark.parametrize("path", ["/aparelhos/", "/alarmes/"])
def test_an_alarm_for_technicians_says_to_others_whom_to_tell(kind: Kind, told: str, path: str) -> None:
    subject = "Aparelho 9" if kind is Kind.PHONE_DOWN else ""
    raise_alarm(kind, "Algo falhou em /dev/ttyUSB9.", "Execute: systemctl start recado-gateway", subject)
    page = read(SUPERVISOR, path)
    assert told in page
    assert "/dev/" not in page
    assert "systemctl" not in page
    own = read(ADMINISTRATOR, path)
    assert "Algo falhou em /dev/ttyUSB9." in own
    assert "systemctl start recado-gateway" in own


def test_an_alarm_that_a_supervisor_can_look_into_keeps_its_advice() -> None:
    raise_alarm(Kind.ERRORS, "Na última hora, 9 de 10 mensagens terminaram com erro.", "Veja em Mensagens com erro.")
    page = read(SUPERVISOR, "/alarmes/")
    assert "9 de 10 mensagens terminaram com erro. O que fazer: Veja em Mensagens com erro." in page
