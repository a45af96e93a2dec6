"""The view of the door: which form of playSMS's web service is spoken, which operation is asked for, by whom.

    app=webservices  ta=…   playSMS 0.9: `u` and `p` (or `h`), lines of text
    app=ws           op=…   playSMS 1.x: `u` and `h`, JSON; get_token with `u` and `p`

A caller has no session, gets no cookie, and a call of another method than GET and POST does nothing: a HEAD that sent
would surprise everybody.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from recado.people.origin import address_of
from recado.playsms import accounts, reading, sending
from recado.playsms.accounts import Credentials
from recado.playsms.answers import Answer, as_json, as_text
from recado.playsms.codes import CallRefused, Code
from recado.playsms.decoding import BodyRefused, parameters
from recado.playsms.models import Account

logger = logging.getLogger(__name__)
APPS = ("ws", "webservices")
# Recado counts no credit; a caller that asks before it sends must not stop for want of it.
CREDIT = "1000000"
_ADMINISTRATION = frozenset(
    "INJECT ACCOUNTADD ACCOUNTREMOVE PARENTSET PARENTGET ACCOUNTBAN ACCOUNTUNBAN ACCOUNTPREF ACCOUNTCONF"
    " CREDITVIEW CREDITADD CREDITDEDUCT LOGINKEYSET".split()
)


@csrf_exempt
@login_not_required
@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """Answer one call."""
    if request.method not in ("GET", "POST"):
        # Not HttpResponseNotAllowed, for which the screens show a page.
        return _words("Use GET ou POST.", 405, Allow="GET, POST")
    try:
        fields = dict(parameters(request))
    except BodyRefused as refusal:
        return as_text(Answer(Code.SEND_FAILED), status=413 if refusal.too_large else 400)
    if fields.get("app", "").lower() not in APPS:
        return _words("Aqui atende a porta playSMS do Recado: app=webservices ou app=ws.", 404)
    now = timezone.now()
    status = 200
    try:
        answer = _answer(fields, address_of(request), now)
    except CallRefused as refusal:
        answer = Answer(refusal.code)
    except (DatabaseError, InterfaceError) as error:
        # Only its name: the text may hold what the caller sent.
        logger.error("playSMS door: the database did not answer (%s)", type(error).__name__)
        answer, status = Answer(Code.SEND_FAILED), 503
    return as_text(answer, status=status) if _speaks_old_form(fields) else as_json(answer, now, status=status)


# What the table of roles asks every view: this one needs no login, for it has its own.
door.duty = None  # type: ignore[attr-defined]


def _answer(fields: dict[str, str], address: str, now: datetime) -> Answer:
    operation = (fields.get("op") or fields.get("ta") or "").upper()
    if not operation:
        raise CallRefused(Code.EMPTY_FIELD)
    if operation in _ADMINISTRATION:
        raise CallRefused(Code.NOT_ADMINISTRATOR)
    if operation == "GET_TOKEN":
        shown = Credentials(fields.get("u", ""), fields.get("p", ""))
        account = accounts.recognise(shown, address=address, now=now, tells_why=True)
        return Answer(value={"token": accounts.token_of(account)})
    if operation not in ("PV", "DS", "IN", "IX", "CR", "SET_TOKEN"):
        raise CallRefused(Code.UNKNOWN_ACTION)
    shown = Credentials(fields.get("u", ""), fields.get("p", ""), fields.get("h", ""))
    return _of_account(operation, accounts.recognise(shown, address=address, now=now), fields, now)


def _of_account(operation: str, account: Account, fields: dict[str, str], now: datetime) -> Answer:
    match operation:
        case "PV":
            return Answer(taken=sending.send(account, sending.wanted(fields), now=now))
        case "DS":
            rows = reading.delivery(account, fields)
            return Answer(rows=rows, bare_status=bool(fields.get("slid")))
        case "IN" | "IX":
            return Answer(rows=reading.incoming(account, fields, keywords=operation == "IN"))
        case "SET_TOKEN":
            return Answer(value={"token": accounts.renew_token(account)})
        case _:
            return Answer(value={"credit": CREDIT})


def _speaks_old_form(fields: Mapping[str, str]) -> bool:
    """Lines of text for `ta`, unless another form is asked for; today's `op` always speaks JSON."""
    if fields.get("app", "").lower() == "ws" or fields.get("op"):
        return False
    return fields.get("format", "").lower() != "json"


def _words(text: str, status: int, **headers: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status, headers=headers)
