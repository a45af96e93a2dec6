"""The scenes of a phone that sends by itself (MAP): real obexd, real notifications, a virtual Android.

They come after the others have been accounted for: the same bond, another way to send.
"""

from __future__ import annotations

import signal
import subprocess
import time

from recado.inbox.models import Reply
from recado.outbox.models import Attempt, AttemptResult, Message, Status
from recado.phones.models import Phone
from tests.bluetooth.android import VirtualAndroid
from tests.bluetooth.phone import VirtualPhone
from tests.bluetooth.scenes import queue, recado, settled
from tests.bluetooth.story import Story, check, until

CUSTOMER = "+5581900000012"


def play(story: Story, phone: VirtualPhone) -> None:
    """All scenes. No gateway runs before nor after."""
    server = VirtualPhone("hci0").address()
    android = VirtualAndroid(phone.bus)
    android.switch_on()
    before = set(Message.objects.values_list("pk", flat=True))
    Phone.objects.all().delete()
    pairing(story, phone.address())
    story.start_gateway()
    sending(story, android)
    telling(story, android, phone.address(), server)
    doubting(story, android)
    coming_back(story, phone)
    killed(story, android)
    account(story, android, before)


def pairing(story: Story, address: str) -> None:
    with story.step("MAP: paired anew, it offers its messages"):
        recado("phones", "unpair", address)
        output = recado("phones", "pair", address, answers="s\ns\n")
        Phone.objects.all().delete()
        Phone.objects.create(name="Android", link=f"map:{address}", pace_seconds=0)
        check("Pareado" in output, output)
    with story.step("MAP: a probe sees that messages may be used"):
        output = recado("phones", "probe", f"map:{address}")
        check("Pronto para enviar" in output, output)


def sending(story: Story, android: VirtualAndroid) -> None:
    with story.step("MAP: a text is handed over, and known as sent by where it lies in the phone"):
        message = queue("Primeira mensagem por MAP.")
        settled(message, Status.SENT)
        until(lambda: _result(message) == AttemptResult.ACCEPTED, "the folder of sent messages")
        check(android.phone.taken == ["Primeira mensagem por MAP."], f"{android.phone.taken}")


def telling(story: Story, android: VirtualAndroid, phone: str, server: str) -> None:
    android.phone.sends = False
    with story.step("MAP: entregue ao aparelho, until the phone notifies: sent, then delivered"):
        message = queue("Texto longo. " * 40)
        settled(message, Status.SENT)
        until(lambda: Attempt.objects.get(segment__message=message).code, "its handle")
        check(Message.objects.get(pk=message).status_label == "Entregue ao aparelho", "called sent")
        android.notify("SendingSuccess", android.phone.messages[-1], phone, server)
        until(lambda: _result(message) == AttemptResult.ACCEPTED, "the notification")
        android.notify("DeliverySuccess", android.phone.messages[-1], phone, server)
        settled(message, Status.DELIVERED)
    with story.step("MAP: the phone notifies that it could not send"):
        message = queue("Vai falhar.")
        settled(message, Status.SENT)
        until(lambda: Attempt.objects.get(segment__message=message).code, "its handle")
        android.notify("SendingFailure", android.phone.messages[-1], phone, server)
        settled(message, Status.FAILED)
    with story.step("MAP: a reply is notified, fetched and kept"):
        android.notify("NewMessage", android.receive(CUSTOMER, "Não preciso mais."), phone, server)
        until(lambda: Reply.objects.filter(number=CUSTOMER, text="Não preciso mais.").exists(), "the reply")
    android.phone.sends = True


def doubting(story: Story, android: VirtualAndroid) -> None:
    with story.step("MAP: a drop before the phone's answer is an unknown, and the next one goes out"):
        android.phone.drops_after_taking, android.phone.sends = True, False
        message = queue("Cai no meio.")
        settled(message, Status.UNCERTAIN)
        android.phone.drops_after_taking, android.phone.sends = False, True
        settled(queue("Depois da queda."), Status.SENT)
        check(_at(message) == Status.UNCERTAIN, "no doubt any more")


def coming_back(story: Story, phone: VirtualPhone) -> None:
    with story.step("MAP: out of reach the queue waits; back in reach it goes on"):
        phone.power(on=False)
        until(lambda: "fora de alcance" in Phone.objects.get().reason, "its absence to be told")
        message = queue("Espera a volta.")
        phone.power(on=True)
        began = time.monotonic()
        settled(message, Status.SENT)
        check(Message.objects.get(pk=message).attempts == 1, "tries were counted")
        story.figure(f"by MAP, {time.monotonic() - began:.1f} s from back in reach to sent")


def killed(story: Story, android: VirtualAndroid) -> None:
    with story.step("MAP: obexd killed: another is started"):
        subprocess.run("kill -9 $(pidof obexd)", shell=True, check=True)
        settled(queue("Por outro obexd."), Status.SENT)
    with story.step("MAP: what the phone refuses costs no try"):
        android.phone.refuses = True
        message = queue("Recusada.")
        refused = Attempt.objects.filter(segment__message=message, result=AttemptResult.REJECTED)
        until(lambda: refused.exists() and _at(message) == Status.QUEUED, "the refusal")
        check(Message.objects.get(pk=message).attempts == 0, "a try was counted")
        # A phone that refused is given a minute's rest: nothing more is sent by it here.
        Message.objects.filter(pk=message).delete()
    with story.step("MAP: gateway killed: no orphan, no folder"):
        story.stop("gateway", signal.SIGKILL)
        look = "pidof obexd; ls -d /tmp/recado-obex-* 2>/dev/null"
        until(lambda: not subprocess.run(look, shell=True, capture_output=True).stdout.strip(), "the keeper to end all")


def account(story: Story, android: VirtualAndroid, before: set[int]) -> None:
    with story.step("MAP: nothing lost, nothing doubled"):
        check(len(android.phone.taken) == len(set(android.phone.taken)), f"doubled: {android.phone.taken}")
        for message in Message.objects.exclude(pk__in=before):
            check(message.text.strip() in {text.strip() for text in android.phone.taken}, f"lost: {message.text}")


def _at(message: int) -> str:
    return Message.objects.get(pk=message).status


def _result(message: int) -> str:
    return Attempt.objects.get(segment__message=message).result
