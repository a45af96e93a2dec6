"""What customers thought of their requests, and some e-mails that did not reach them: for the screens to show."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta

from recado.evaluations.models import Evaluation
from recado.mail.models import Fault, Mail, MailStatus
from recado.service_requests.models import Requester

_COMMENTS = ("", "", "Vieram no mesmo dia.", "Demorou, mas resolveram.", "Equipe educada.", "Faltou limpar a calçada.")
# How the newest e-mails ended.
_ENDS: tuple[tuple[MailStatus, str, str], ...] = (
    (MailStatus.FAILED, Fault.ADDRESS, "O servidor de e-mail recusou o endereço (código 550)."),
    (MailStatus.FAILED, Fault.ADDRESS, "O servidor de e-mail recusou o endereço (código 550)."),
    (MailStatus.FAILED, Fault.REFUSED, "O servidor de e-mail recusou o e-mail (código 554)."),
    (MailStatus.EXPIRED, Fault.SERVER, "O servidor de e-mail não respondeu a tempo."),
    (MailStatus.UNCERTAIN, "", "O servidor de e-mail recebeu o texto e não respondeu: o e-mail pode ter saído."),
)


def add_evaluations(chance: random.Random, success: int, now: datetime) -> None:
    """What those who gave an e-mail answered after their request was met; some have not yet."""
    # Where a mail server is configured the closings asked these people, who are nobody, by e-mails that wait for it.
    Evaluation.objects.all().delete()
    Mail.objects.all().delete()
    met = Requester.objects.exclude(email="").filter(service_request__closing_reason=success)
    for person in met.select_related("service_request"):
        closed_at = person.service_request.closed_at
        assert closed_at is not None
        answered_at = closed_at + timedelta(hours=chance.randrange(1, 40))
        answers = chance.random() < 0.7 and answered_at < now
        Evaluation.objects.create(
            key=f"ra:{person.service_request_id}:evaluation:{person.pk}",
            ra_number=person.service_request_id,
            protocol=person.protocol,
            token_hash=hashlib.sha256(chance.randbytes(32)).hexdigest(),
            created_at=closed_at,
            expires_at=closed_at + timedelta(days=15),
            answered_at=answered_at if answers else None,
            grade=chance.choice((1, 2, 3, 4, 4, 4, 5, 5, 5, 5)) if answers else None,
            comment=chance.choice(_COMMENTS) if answers else "",
        )


def add_failed_mails(now: datetime) -> None:
    """The newest invitations did not arrive, so nobody answered them: a supervisor has to decide."""
    newest = Evaluation.objects.filter(expires_at__gt=now).order_by("-created_at")
    for place, (evaluation, (status, fault, reason)) in enumerate(zip(newest, _ENDS, strict=False), 1):
        tried_at = evaluation.created_at + timedelta(minutes=1)
        evaluation.mail = Mail.objects.create(
            key=evaluation.key,
            message_id=f"<recado-demonstracao-{place}@example.com>",
            to=f"cliente{place}@example.com",
            subject=f"Companhia Exemplo de Água: avalie o atendimento do protocolo {evaluation.protocol}",
            text="Como foi o atendimento?",
            forgets=True,
            status=status,
            created_at=evaluation.created_at,
            moment=tried_at,
            expires_at=evaluation.created_at + timedelta(days=2),
            useful_until=evaluation.expires_at,
            tries=0 if fault == Fault.SERVER else 1,
            fault=fault,
            reason=reason,
        )
        evaluation.answered_at, evaluation.grade, evaluation.comment = None, None, ""
        evaluation.save()
