"""`recado phones`: phones by name and link; the emulated one probed over a real line."""

from __future__ import annotations

from pathlib import Path

import pytest

from recado.emulator.faults import Faults
from recado.emulator.serve import running
from recado.outbox.models import Message, Status
from recado.phones.models import Phone
from tests.cli.conftest import Recado
from tests.support.outbox import NOW, claim, make_phone, queue_message, send_all


@pytest.mark.django_db
class TestKeeping:
    def test_a_phone_is_added_with_the_pace_given_or_the_settings(self, recado: Recado) -> None:
        recado("phones", "add", "Um", "--link", "serial:/dev/ttyUSB0")
        recado("phones", "add", "Dois", "--link", "tcp:192.0.2.1:7000", "--pace", "2.5")

        assert list(Phone.objects.values_list("name", "pace_seconds")) == [("Dois", 2.5), ("Um", 7.0)]

    @pytest.mark.parametrize("link", ["", "/dev/ttyUSB0", "tcp:servidor", "usb:1", "serial:ttyUSB0", "tcp:a:99999"])
    def test_a_link_that_is_none_is_refused(self, recado: Recado, link: str) -> None:
        result = recado("phones", "add", "Um", "--link", link)

        assert result.exit_code == 2
        assert not Phone.objects.exists()

    @pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\nb"], ids=len)
    def test_a_name_that_is_none_is_refused(self, recado: Recado, name: str) -> None:
        assert recado("phones", "add", name, "--link", "tcp:a:1").exit_code == 2

    def test_a_name_or_a_link_is_of_one_phone_only(self, recado: Recado) -> None:
        recado("phones", "add", "Um", "--link", "tcp:a:1")

        same_name = recado("phones", "add", "Um", "--link", "tcp:b:1")
        same_link = recado("phones", "add", "Dois", "--link", "tcp:a:1")

        assert (same_name.exit_code, same_link.exit_code) == (1, 1)
        assert "Já existe o aparelho “Um”" in same_name.stderr
        assert "já é do aparelho “Um”" in same_link.stderr
        assert Phone.objects.count() == 1

    def test_the_list_tells_how_each_one_is(self, recado: Recado) -> None:
        make_phone("Um", condition="ready", operator="OPERADORA", signal_percent=68)
        make_phone("Dois", paused=True)

        output = recado("phones", "list").stdout

        assert "Pronto" in output
        assert "68%" in output
        assert "Pausado" in output

    def test_without_phones_the_list_says_how_to_add_one(self, recado: Recado) -> None:
        assert "recado phones add" in recado("phones", "list").stdout

    def test_pause_and_resume(self, recado: Recado) -> None:
        make_phone("Um")

        recado("phones", "pause", "Um")
        assert Phone.objects.get().paused
        recado("phones", "resume", "Um")
        assert not Phone.objects.get().paused

    def test_a_removed_phone_leaves_its_history(self, recado: Recado) -> None:
        queue_message()
        message = send_all(make_phone("Um"))

        assert recado("phones", "remove", "Um").exit_code == 0
        assert not Phone.objects.exists()
        assert Message.objects.get(pk=message.pk).status == Status.SENT

    def test_a_phone_that_is_sending_is_paused_and_not_removed(self, recado: Recado) -> None:
        phone = make_phone("Um")
        queue_message()
        claim(phone, NOW)
        Phone.objects.update(held_until=NOW.replace(year=2100))

        result = recado("phones", "remove", "Um")

        assert result.exit_code == 1
        assert "está enviando agora" in result.stderr
        assert Phone.objects.get().paused

    @pytest.mark.parametrize("verb", ["pause", "resume", "remove"])
    def test_an_unknown_name_is_told_with_those_that_exist(self, recado: Recado, verb: str) -> None:
        make_phone("Um")

        result = recado("phones", verb, "Outro")

        assert result.exit_code == 1
        assert "Existem: “Um”" in result.stderr


class TestProbe:
    def test_it_tells_who_the_phone_is_and_that_it_can_send(self, recado: Recado, tmp_path: Path) -> None:
        with running(tmp_path) as emulator:
            result = recado("phones", "probe", emulator.link)

            assert result.exit_code == 0
            for value in ("TELEFONE EMULADO", "004999010640000", "OPERADORA DE TESTE", "68%", "+5511900000000"):
                assert value in result.stdout
            assert "Pronto para enviar." in result.stdout
            assert emulator.on_air == []

    @pytest.mark.parametrize(
        ("fault", "reason"),
        [("sim_pin", "PIN"), ("sim_missing", "sem chip"), ("no_smsc", "central de SMS")],
    )
    def test_it_tells_what_would_stop_it_and_still_who_it_is(
        self, recado: Recado, tmp_path: Path, fault: str, reason: str
    ) -> None:
        faults = Faults()
        faults.set(fault)
        with running(tmp_path, faults=faults, tcp=True) as emulator:
            result = recado("phones", "probe", emulator.link)

        assert result.exit_code == 1
        assert reason in result.stderr
        assert "TELEFONE EMULADO" in result.stdout

    def test_a_line_that_is_not_there_is_told_with_what_to_do(self, recado: Recado, tmp_path: Path) -> None:
        result = recado("phones", "probe", f"serial:{tmp_path}/nada")

        assert result.exit_code == 1
        assert result.stderr.startswith("Erro: ")
        assert "cabo" in result.stderr

    def test_no_link_at_all_is_refused(self, recado: Recado) -> None:
        assert recado("phones", "probe", "ttyUSB0").exit_code == 2
