"""*Celular de demonstração*: what the emulated phone really sent, and its switches; absent where data are real."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from recado.emulator.fault_table import FAULTS
from recado.emulator.serve import RunningEmulator, running
from recado.web.views.demo_phone import CHOICE_WORDS
from tests.web.attendance import logged_in, words

pytestmark = pytest.mark.django_db
ADDRESS = "/demonstracao/celular/"
COMMAND = f"{ADDRESS}comando/"


@pytest.fixture
def emulator(settings: Settings) -> Iterator[RunningEmulator]:
    # A Unix socket's path is short; pytest's own temporary folders may be too long for it.
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as emulated:
        settings.RECADO_DEMO = True
        settings.RECADO_EMULATOR_CONTROL = emulated.control_path
        yield emulated


def test_every_value_that_can_be_chosen_is_told_in_words() -> None:
    chosen = {spec.name: set(spec.choices) for spec in FAULTS if spec.choices}
    assert {name: set(told) for name, told in CHOICE_WORDS.items()} == chosen


def test_a_fault_that_is_on_says_its_value_in_words(emulator: RunningEmulator) -> None:
    client = logged_in()
    client.post(COMMAND, {"comando": "ativar", "falha": "report_memory", "valor": "SM"})
    assert "SM – a do chip Desligar" in words(client.get(ADDRESS))


def test_where_the_data_are_real_the_page_does_not_exist(settings: Settings) -> None:
    settings.RECADO_DEMO = False
    client = logged_in()
    assert client.get(ADDRESS).status_code == 404
    assert client.get(f"{ADDRESS}tela/").status_code == 404
    assert client.get(f"{ADDRESS}falhas/").status_code == 404
    assert client.post(COMMAND, {"comando": "desligar"}).status_code == 404


def test_without_an_emulator_the_page_says_so(settings: Settings, tmp_path: Path) -> None:
    settings.RECADO_DEMO = True
    settings.RECADO_EMULATOR_CONTROL = tmp_path / "nada.sock"
    client = logged_in()
    assert "O emulador não está em execução." in words(client.get(ADDRESS))
    assert "O emulador não está em execução." in words(client.post(COMMAND, {"comando": "ligar"}, follow=True))
    assert client.get(f"{ADDRESS}tela/", {"visto": "parado"}).status_code == 204


def test_it_shows_condition_cable_and_switches(emulator: RunningEmulator) -> None:
    page = words(logged_in().get(ADDRESS))
    for text in (
        "Pronto",
        "Cabo ligado",
        "Nenhuma mensagem passou pela linha ainda",
        "Operadora recusa",
        "Mais falhas",
    ):
        assert text in page


def test_the_cable_goes_out_and_in(emulator: RunningEmulator) -> None:
    client = logged_in()
    assert "O cabo foi desligado." in words(client.post(COMMAND, {"comando": "desligar"}, follow=True))
    assert not emulator.phone.plugged
    assert "Cabo desligado" in words(client.get(ADDRESS))
    assert "O cabo foi ligado." in words(client.post(COMMAND, {"comando": "ligar"}, follow=True))
    assert emulator.phone.plugged


def test_a_fault_goes_on_with_value_and_times_and_off_again(emulator: RunningEmulator) -> None:
    client = logged_in()
    client.post(COMMAND, {"comando": "ativar", "falha": "reject", "valor": "42", "vezes": "3"})
    assert emulator.phone.faults.value("reject") == 42
    assert "Ainda acontece 3 vezes." in words(client.get(ADDRESS))
    client.post(COMMAND, {"comando": "desativar", "falha": "reject"})
    assert emulator.phone.faults.value("reject") is None


def test_all_faults_go_off_at_once(emulator: RunningEmulator) -> None:
    client = logged_in()
    client.post(COMMAND, {"comando": "ativar", "falha": "hang"})
    client.post(COMMAND, {"comando": "ativar", "falha": "no_signal"})
    assert "Todas as falhas foram desligadas." in words(client.post(COMMAND, {"comando": "consertar"}, follow=True))
    assert not emulator.phone.faults.is_on("hang")


@pytest.mark.parametrize(
    "command",
    [
        {},
        {"comando": "explodir"},
        {"comando": "ativar", "falha": "nada"},
        {"comando": "ativar", "falha": "reject", "valor": "muito"},
        {"comando": "ativar", "falha": "reject", "vezes": "-1"},
        {"comando": "ativar", "falha": "\0"},
    ],
)
def test_a_command_that_is_none_is_refused_in_words(emulator: RunningEmulator, command: dict[str, str]) -> None:
    response = logged_in().post(COMMAND, command, follow=True)
    assert response.status_code == 200
    assert "br-message danger" in response.content.decode()


def test_the_live_parts_answer_only_when_something_changed(emulator: RunningEmulator) -> None:
    client = logged_in()
    shown = client.get(ADDRESS).context
    screen, faults = {"visto": shown["seen_screen"]}, {"visto": shown["seen_faults"]}
    assert client.get(f"{ADDRESS}tela/", screen).status_code == 204
    assert client.get(f"{ADDRESS}falhas/", faults).status_code == 204
    client.post(COMMAND, {"comando": "ativar", "falha": "no_signal"})
    assert "Sem sinal" in words(client.get(f"{ADDRESS}tela/", screen))
    assert "Ligada" in words(client.get(f"{ADDRESS}falhas/", faults))


def test_asked_for_by_a_part_of_the_page_a_command_answers_with_the_switches(emulator: RunningEmulator) -> None:
    response = logged_in().post(COMMAND, {"comando": "desligar"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "O cabo foi desligado." in words(response)
    assert "<html" not in response.content.decode()


def test_a_customer_answers_and_the_sms_arrives_at_the_phone(emulator: RunningEmulator) -> None:
    client = logged_in()
    answer = {"comando": "responder", "numero": "(81) 91234-5678", "texto": "Ainda sem água"}
    assert "A resposta de (81) 91234-5678 chegou ao aparelho." in words(client.post(COMMAND, answer, follow=True))


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [({"numero": "123", "texto": "Oi"}, "Informe o celular"), ({"numero": "(81) 91234-5678"}, "Escreva o texto")],
)
def test_an_answer_without_a_mobile_or_a_text_is_refused_in_words(
    emulator: RunningEmulator, fields: dict[str, str], refusal: str
) -> None:
    page = words(logged_in().post(COMMAND, {"comando": "responder", **fields}, follow=True))
    assert refusal in page
