"""Asking for an evaluation, and taking the answer.

    invite   in the transaction that closes the RA: a row, and an e-mail with the link
    find     the evaluation of a link that still holds
    answer   once: the first answer counts, whoever has the link

The token is 256 random bits. It stands in the link alone: the database has its hash, the e-mail's text is emptied once
the server took it. Whoever reads the link may answer in the customer's place, which is all that it allows.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html

from recado import parameters
from recado.evaluations.models import LEAST, LONGEST_COMMENT, MOST, Evaluation
from recado.mail.posting import AddressRefused, Letter, is_configured, normalise_address, post

logger = logging.getLogger(__name__)

_TOKEN_BYTES = 32
PATH = "/avaliar/{token}/"


class AnswerRefused(ValueError):
    """The answer cannot be taken as it is; the text (pt-BR) says what to change."""


def is_offered() -> bool:
    """Whether customers can be asked at all: there is a mail server, and an address for the page."""
    return is_configured() and bool(settings.RECADO_PUBLIC_URL)


def notice(*, asked: bool) -> str:
    """What the SMS of the closing says of the e-mail (pt-BR), for its tag; nothing to who was not `asked`."""
    return parameters.get().evaluation_notice if asked else ""


def invite(*, ra_number: int, protocol: str, address: str, now: datetime, prefix: str = "ra:") -> Evaluation | None:
    """Ask `address` what the customer thinks of RA `ra_number`; once for each RA and address, whoever asks at once.

    `prefix` tells the RAs of another system from our own. `protocol` may be empty.
    None where nothing can be asked: no mail server, no public address, or no usable e-mail address.
    """
    if not is_offered():
        return None
    try:
        to = normalise_address(address)
    except AddressRefused:
        logger.warning("RA %s: no evaluation, its e-mail address cannot be used", ra_number)
        return None
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    evaluation, is_new = Evaluation.objects.get_or_create(
        key=f"{prefix}{ra_number}:evaluation:{hashlib.sha256(to.lower().encode()).hexdigest()[:32]}",
        defaults={
            "ra_number": ra_number,
            "protocol": protocol[:14],
            "token_hash": _hash(token),
            "created_at": now,
            "expires_at": now + timedelta(days=parameters.get().evaluation_days),
        },
    )
    if is_new:
        evaluation.mail = post(_letter(evaluation, to, token), now=now)
        evaluation.save(update_fields=["mail"])
    return evaluation


def find(token: str, *, now: datetime) -> Evaluation | None:
    """The evaluation that waits for an answer by this link; None for a link used, out of time, or unknown."""
    return Evaluation.objects.filter(token_hash=_hash(token), answered_at=None, expires_at__gt=now).first()


def answer(token: str, *, grade: int, comment: str, now: datetime) -> bool:
    """Keep the answer; False when the link no longer takes one. Raises AnswerRefused."""
    if not LEAST <= grade <= MOST:
        raise AnswerRefused("Escolha uma nota de 1 a 5.")
    if len(comment) > LONGEST_COMMENT:
        raise AnswerRefused(f"O comentário tem no máximo {LONGEST_COMMENT} caracteres.")
    waiting = Evaluation.objects.filter(token_hash=_hash(token), answered_at=None, expires_at__gt=now)
    return waiting.update(grade=grade, comment=comment, answered_at=now) == 1


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _letter(evaluation: Evaluation, to: str, token: str) -> Letter:
    held = parameters.get()
    link = settings.RECADO_PUBLIC_URL + PATH.format(token=token)
    until = f"{timezone.localtime(evaluation.expires_at):%d/%m/%Y}"
    which = f"protocolo {evaluation.protocol}" if evaluation.protocol else f"RA {evaluation.ra_number}"
    said = f"O pedido do {which} foi atendido. Como foi o atendimento?"
    asked = "Dê uma nota de 1 a 5 e, se quiser, escreva um comentário. Leva menos de um minuto."
    held_for = f"O link vale para uma resposta, até {until}."
    otherwise = f"Se algo não ficou certo, ligue {held.company_phone}."
    text = f"Olá!\n\n{said}\n{asked}\n\n{link}\n\n{held_for}\n{otherwise}\n\n{held.company}\n"
    html = format_html(
        '<!DOCTYPE html><html lang="pt-BR"><head><meta charset="utf-8"><title>{}</title></head><body>'
        '<p>Olá!</p><p>{}<br>{}</p><p><a href="{}">Avaliar o atendimento</a></p><p>{}<br>{}</p><p>{}</p></body></html>',
        "Avalie o atendimento",
        said,
        asked,
        link,
        held_for,
        otherwise,
        held.company,
    )
    subject = f"{held.company}: avalie o atendimento do {which}"
    return Letter(
        key=evaluation.key,
        to=to,
        subject=subject,
        text=text,
        html=html,
        useful_until=evaluation.expires_at,
        forgets=True,
    )
