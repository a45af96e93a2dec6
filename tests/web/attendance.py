"""What the tests of the RA screens and of the decisions share: somebody logged in, an RA, a message that went wrong."""

from __future__ import annotations

import html
import re
import uuid

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from recado.gsm.causes import Cause
from recado.outbox import transitions
from recado.outbox.models import Message, Status
from recado.people.membership import give_role
from recado.people.roles import SUPERVISOR, Role
from recado.service_requests.models import Channel, Subtype
from recado.service_requests.operations import NewRequester, Opened, open_service_request

MOBILE = "+5581912345678"
OTHER_MOBILE = "+5511987654321"


def logged_in(role: Role = SUPERVISOR) -> Client:
    """A browser in which somebody of that role is logged in."""
    user, _ = User.objects.get_or_create(username="atendente")
    give_role(user, role)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def open_ra(mobile: str = MOBILE, name: str = "Beatriz Souza", **fields: object) -> Opened:
    """An open RA, by the product's own door."""
    return open_service_request(
        subtype=Subtype.objects.select_related("type").earliest("pk"),
        channel=Channel.objects.earliest("pk"),
        requester=NewRequester(name, mobile, ""),
        **fields,
    )


def go_wrong(message: Message | None, after: Status = Status.FAILED, cause: Cause = Cause.NUMBER_INVALID) -> Message:
    """Send the message and have it end as `after`."""
    assert message is not None
    now = timezone.now()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=now, moment=now, attempts=1)
    cause = Cause.UNCERTAIN if after == Status.UNCERTAIN else cause
    transitions.change(
        message.pk, Status.SENDING, after, at=now, cause=cause, note="A operadora não reconhece o número."
    )
    return Message.objects.get(pk=message.pk)


def new_ra_form(**fields: object) -> dict[str, object]:
    """What the browser sends from *Inserir RA*, filled well."""
    subtype = Subtype.objects.earliest("pk")
    filled: dict[str, object] = {
        "form_token": str(uuid.uuid4()),
        "request_type": subtype.type_id,
        "subtype": subtype.pk,
        "channel": Channel.objects.earliest("pk").pk,
        "property_id": "123.456-7",
        "name": "Beatriz Souza",
        "mobile": "(81) 91234-5678",
        "email": "",
        "description": "",
    }
    return filled | fields


def words(response: HttpResponse) -> str:
    """The text a person reads, without tags and with blanks in a row as one."""
    text = re.sub(r"<(script|style|head).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text))


def markup(response: HttpResponse) -> str:
    """The page as it is written, with its characters instead of their names and blanks in a row as one."""
    return " ".join(html.unescape(response.content.decode()).split())
