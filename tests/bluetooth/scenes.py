"""The scenes of the story, in their order. Each leaves phone and gateway well. Django must be set up."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from contextlib import closing
from itertools import count
from pathlib import Path

from click.testing import CliRunner
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from recado.cli.root import cli
from recado.emulator.phone import EmulatedPhone
from recado.gsm import EncodingPolicy, build_submit, segment
from recado.links.bluetooth.rfcomm import BluetoothTransport, Radio
from recado.links.link import BluetoothLink
from recado.modem.driver import Driver
from recado.modem.outcome import Accepted
from recado.modem.transport import Transport
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Attempt, Message, MessageType, Status
from recado.pairing.models import PairingTask, Step
from recado.people.membership import give_role
from recado.people.roles import ADMINISTRATOR
from recado.phones.models import Phone
from tests.bluetooth.phone import VirtualPhone
from tests.bluetooth.story import NUMBER, Failed, Story, bluez_adapters, check, tell, until
from tests.links.fake_bluez import serve_line

_keys = count()
_SENDS = 40
"""Short ones: enough that one of them is not held up by whatever else the machine does."""
BY_HAND = 6


def play(story: Story) -> VirtualPhone:
    """All scenes; gives the phone, with which no gateway has to do any more."""
    phone = VirtualPhone("hci1")
    phone.switch_on()
    Phone.objects.all().delete()
    MessageType.objects.update(status_report=False)
    pairing_by_pin(story, phone)
    pairing(story, phone)
    overhead(story, phone)
    story.start_gateway()
    sending(story, phone)
    dropping(story, phone)
    out_of_reach(story, phone)
    killed(story, phone)
    daemon_restarted(story, phone)
    adapter_blocked(story, phone)
    adapters_removed(story, phone)
    forgotten(story, phone)
    story.stop("gateway")
    account(story, phone)
    return phone


def pairing_by_pin(story: Story, phone: VirtualPhone) -> None:
    """A phone from before Bluetooth 2.1: it knows no comparison of numbers."""
    address = phone.address()
    phone.simple_pairing(on=False)
    with story.step("an old phone with the wrong PIN is not paired"):
        output = recado("phones", "pair", address, "--pin", "9999", answers="s\n")
        check("o PIN não confere" in output, output)
        check(not Phone.objects.exists(), "a phone was added")
    with story.step("an old phone with its PIN: paired and added"):
        output = recado("phones", "pair", address, "--pin", phone.pin, answers="s\n")
        check(Phone.objects.filter(link=f"bluetooth:{address}").exists(), output)
    with story.step("unpaired: the bond is gone"):
        output = recado("phones", "unpair", address)
        check("desfeito" in output, output)
        Phone.objects.all().delete()
        phone.forget_all()
        phone.simple_pairing(on=True)


def pairing(story: Story, phone: VirtualPhone) -> None:
    address = phone.address()
    with story.step("a scan finds the phone, its name and how it can send"):
        output = recado("phones", "scan", "--seconds", "4")
        check(address in output and "Aparelho virtual" in output, output)
    with story.step("a phone whose owner says no is not paired"):
        phone.accepts = False
        check("recusado" in recado("phones", "pair", address, answers="s\ns\n"), "no word of refusal")
        check(not Phone.objects.exists(), "a phone was added")
        phone.accepts = True
    with story.step("a number that the person does not recognise pairs nothing"):
        recado("phones", "pair", address, answers="s\nn\n")
        check(not Phone.objects.exists(), "a phone was added")
    with story.step("a link to an unpaired phone pairs nothing by itself"):
        output = recado("phones", "probe", f"bluetooth:{address}")
        check("não está pareado" in output, output)
    with story.step("both say yes: paired, trusted, added with its link"):
        output = recado("phones", "pair", address, answers="s\ns\n")
        check(Phone.objects.filter(link=f"bluetooth:{address}").exists(), output)


def sending(story: Story, phone: VirtualPhone) -> None:
    with story.step("a message goes from the queue to the air"):
        settled(queue("Primeira mensagem."), Status.SENT)
        check(len(phone.emulated.on_air) == 1, "not once on the air")
    with story.step("ten more"):
        messages = [queue(f"Mensagem {number} por RFCOMM.") for number in range(10)]
        for message in messages:
            settled(message, Status.SENT)
        check(len(phone.emulated.on_air) == 11, f"{len(phone.emulated.on_air)} on the air")


def overhead(story: Story, phone: VirtualPhone) -> None:
    """What the air costs beyond the phone's own time: the same driver and phone over RFCOMM and over a socket."""
    with story.step("RFCOMM adds at most 30 ms to a message"):
        radio = Radio()
        try:
            by_air = _milliseconds(radio.open(BluetoothLink(phone.address())))
        finally:
            radio.bus.close()
        ours, theirs = socket.socketpair()
        threading.Thread(target=serve_line, args=(EmulatedPhone(), theirs), daemon=True).start()
        by_socket = _milliseconds(BluetoothTransport(ours, "socket", lambda: None))
        phone.emulated.on_air.clear()
        story.figure(f"one SMS: {by_air:.1f} ms by RFCOMM, {by_socket:.1f} ms by a socket (limit: 30 ms more)")
        check(by_air - by_socket <= 30, "more than 30 ms")


def _milliseconds(transport: Transport) -> float:
    """The fastest of some: what the line takes, not what else this machine was doing."""
    with closing(Driver(transport)) as driver:
        driver.start()
        part = segment("Mensagem de medida.", EncodingPolicy.FOLD).parts[0]
        spans = []
        for _ in range(_SENDS):
            began = time.monotonic()
            outcome = driver.send(build_submit(part, NUMBER))
            spans.append((time.monotonic() - began) * 1000)
            check(isinstance(outcome, Accepted), f"the phone's answer: {outcome}")
    return min(spans)


def dropping(story: Story, phone: VirtualPhone) -> None:
    with story.step("a line that drops within the PDU leaves the message uncertain"):
        phone.emulated.drops_within_pdu = True
        message = queue("Cai dentro do PDU.")
        settled(message, Status.UNCERTAIN)
        check(not any(sms.text == "Cai dentro do PDU." for sms in phone.emulated.on_air), "it is on the air")
    with story.step("a line that drops after Ctrl-Z leaves the message uncertain"):
        phone.emulated.faults.set("slow", 6)
        message = queue("Cai no meio.")
        until(lambda: _status(message) == Status.SENDING, "the send")
        time.sleep(2)
        phone.hang_up()
        settled(message, Status.UNCERTAIN)
        phone.emulated.faults.clear("slow")
    with story.step("the gateway connects again by itself and sends"):
        settled(queue("Depois da queda."), Status.SENT)


def out_of_reach(story: Story, phone: VirtualPhone) -> None:
    with story.step("out of reach: told in words, the queue waits, no try is spent"):
        phone.power(False)
        until(lambda: "fora de alcance" in _reason() or "caiu" in _reason(), "the condition")
        message = queue("Espera o aparelho voltar.")
        until(lambda: "fora de alcance" in _reason(), "out of reach")
        check(_status(message) == Status.QUEUED, _status(message))
        check(not Attempt.objects.filter(segment__message=message).exists(), "a try was spent")
    with story.step("back in reach: the queue goes on"):
        phone.power(True)
        took = until(lambda: _status(message) == Status.SENT, "the waiting message")
        story.figure(f"from back in reach to sent: {took:.1f} s")


def killed(story: Story, phone: VirtualPhone) -> None:
    with story.step("kill -9 of the gateway during a send: the next one calls it unknown, and sends on"):
        phone.emulated.faults.set("slow", 4)
        message = queue("Morre no meio.")
        until(lambda: _status(message) == Status.SENDING, "the send")
        time.sleep(2)
        story.stop("gateway", signal.SIGKILL)
        phone.emulated.faults.clear("slow")
        story.start_gateway()
        settled(message, Status.UNCERTAIN, Status.SENT)
        settled(queue("Depois da morte."), Status.SENT)


def daemon_restarted(story: Story, phone: VirtualPhone) -> None:
    with story.step("bluetoothd ends: told in words"):
        story.stop("bluetoothd")
        until(lambda: "bluetoothd" in _reason(), "the condition")
    with story.step("bluetoothd starts again: so does the sending"):
        story.start_bluetoothd()
        phone.switch_on()
        settled(queue("Depois do recomeco."), Status.SENT)


def adapter_blocked(story: Story, phone: VirtualPhone) -> None:
    with story.step("the adapter is blocked: told in words, the queue waits"):
        block_adapter("hci0", blocked=True)
        until(lambda: "bloqueado (rfkill)" in _reason(), "the condition")
        message = queue("Espera o desbloqueio.")
        check("rfkill unblock" in _advice(), _advice())
        check(_status(message) == Status.QUEUED, _status(message))
    with story.step("unblocked and switched on: sent"):
        block_adapter("hci0", blocked=False)
        subprocess.run(["bluetoothctl", "power", "on"], timeout=20, check=False, stdout=subprocess.DEVNULL)
        settled(message, Status.SENT)


def adapters_removed(story: Story, phone: VirtualPhone) -> None:
    with story.step("the adapter is pulled out: told in words, the queue waits"):
        story.stop("btvirt")
        until(lambda: "não tem adaptador Bluetooth" in _reason(), "the condition")
        message = queue("Espera o adaptador.")
        check(not Attempt.objects.filter(segment__message=message).exists(), "a try was spent")
    with story.step("plugged in again: sent"):
        story.start_controllers()
        until(lambda: bluez_adapters() == 2, "bluetoothd to see its adapters")
        phone.power_up()
        subprocess.run(["bluetoothctl", "power", "on"], timeout=20, check=False, stdout=subprocess.DEVNULL)
        settled(message, Status.SENT)


def forgotten(story: Story, phone: VirtualPhone) -> None:
    with story.step("a phone that lost the bond: 'pareie de novo', and the queue waits"):
        # Its agent is the only one of the bluetoothd that both sides share: it must not agree to pair anew for ours.
        phone.accepts = False
        phone.forget_all()
        phone.hang_up()
        message = queue("Espera o pareamento.")
        try:
            until(lambda: f"recado phones pair {phone.address()}" in _advice(), "the advice")
        except Failed as failed:
            raise Failed(f"{failed}: {_reason()} → {_advice()}") from failed
        tell(f"         {_reason()} → {_advice()}")
        check(_status(message) == Status.QUEUED, _status(message))
    with story.step("unpaired and paired again by an administrator at the screen, through the gateway: sent"):
        phone.accepts = True
        before = Phone.objects.get().pk
        screen = administrator()
        done_on_screen(screen, "desfazer/", phone.address())
        done_on_screen(screen, "com/", phone.address())
        check(Phone.objects.get().pk == before, "another phone was added")
        settled(message, Status.SENT)


def account(story: Story, phone: VirtualPhone) -> None:
    with story.step("nothing lost, nothing doubled"):
        texts = [sms.text for sms in phone.emulated.on_air]
        check(len(texts) == len(set(texts)), f"doubled: {texts}")
        for message in Message.objects.all():
            known = message.status in (Status.SENT, Status.UNCERTAIN)
            check(known, f"{message.text}: {message.status}")
            check(message.status == Status.UNCERTAIN or message.text in texts, f"lost: {message.text}")


def block_adapter(name: str, *, blocked: bool) -> None:
    """Throw the switch that the kernel keeps for each adapter (Linux rfkill class)."""
    for entry in Path("/sys/class/rfkill").iterdir():
        if (entry / "name").read_text(encoding="ascii").strip() == name:
            (entry / "soft").write_text("1" if blocked else "0", encoding="ascii")


def administrator() -> Client:
    """A browser in which an administrator is logged in; nothing of a page is looked at here."""
    user = User.objects.create_user("administradora")
    give_role(user, ADMINISTRATOR)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def done_on_screen(screen: Client, path: str, address: str) -> None:
    """Ask for it on the page of pairing, say yes to the number, and wait for the end."""
    screen.post(f"/aparelhos/parear/{path}", {"address": address})
    task = PairingTask.objects.latest("pk")

    def over() -> bool:
        now = PairingTask.objects.get(pk=task.pk)
        if now.asks:
            screen.post(f"/aparelhos/parear/{task.pk}/responder/", {"number": now.number, "agreed": "1"})
        return not now.under_way

    until(over, "the gateway to end it")
    ended = PairingTask.objects.get(pk=task.pk)
    check(ended.step == Step.DONE, f"{ended.reason} {ended.advice}")


def recado(*words: str, answers: str = "") -> str:
    """Run `recado` and give all that it said."""
    result = CliRunner().invoke(cli, list(words), input=answers, prog_name="recado")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def queue(text: str) -> int:
    made = enqueue(Event(BY_HAND, NUMBER, f"bluetooth:{next(_keys)}", values={"TEXTO": text}), now=timezone.now())
    assert made is not None
    return made.pk


def settled(message: int, *statuses: str) -> None:
    try:
        until(lambda: _status(message) in statuses, f"message {message} to be {' or '.join(statuses)}")
    except Failed as failed:
        raise Failed(f"{failed}: it is {_status(message)}; {_reason()}") from failed


def _status(message: int) -> str:
    return Message.objects.values_list("status", flat=True).get(pk=message)


def _reason() -> str:
    return Phone.objects.values_list("reason", flat=True).get()


def _advice() -> str:
    return Phone.objects.values_list("advice", flat=True).get()
