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


def invite(*, ra_number: int, protocol: str, address: str, now: datetime) -> Evaluation | None:
    """Ask `address` what the customer thinks of RA `ra_number`; once for each RA and address.

    None where nothing can be asked: no mail server, no public address, or no usable e-mail address.
    """
    if not is_offered():
        return None
    try:
        to = normalise_address(address)
    except AddressRefused:
        logger.warning("RA %s: no evaluation, its e-mail address cannot be used", ra_number)
        return None
    key = f"ra:{ra_number}:evaluation:{hashlib.sha256(to.lower().encode()).hexdigest()[:32]}"
    if (asked := Evaluation.objects.filter(mail__key=key).first()) is not None:
        return asked
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires_at = now + timedelta(days=parameters.get().evaluation_days)
    mail = post(_letter(key, to, protocol, token, expires_at), now=now)
    return Evaluation.objects.create(
        ra_number=ra_number,
        protocol=protocol,
        token_hash=_hash(token),
        mail=mail,
        created_at=now,
        expires_at=expires_at,
    )


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


def _letter(key: str, to: str, protocol: str, token: str, expires_at: datetime) -> Letter:
    held = parameters.get()
    link = settings.RECADO_PUBLIC_URL + PATH.format(token=token)
    until = f"{timezone.localtime(expires_at):%d/%m/%Y}"
    said = f"O pedido do protocolo {protocol} foi atendido. Como foi o atendimento?"
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
    subject = f"{held.company}: avalie o atendimento do protocolo {protocol}"
    return Letter(key=key, to=to, subject=subject, text=text, html=html, forgets=True)
