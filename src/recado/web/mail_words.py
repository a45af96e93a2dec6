"""What a person reads of an e-mail that did not go out: groups by what is to be done, and what each e-mail is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from recado.billing.models import Notice
from recado.evaluations.models import Evaluation
from recado.mail.models import Fault, Mail, MailStatus


@dataclass(frozen=True, slots=True)
class MailFamily:
    """E-mails that ask for the same step, in pt-BR; `key` is what an address says, `which` finds them."""

    key: str
    label: str
    explanation: str
    next_step: str
    which: Q


_FAILED = Q(status=MailStatus.FAILED)
FAMILIES: tuple[MailFamily, ...] = (
    MailFamily(
        "endereco",
        "Endereço recusado",
        "O servidor de e-mail diz que o endereço não existe, ou não o aceita.",
        "Confirme o e-mail com o cliente e corrija-o aqui e no cadastro.",
        _FAILED & Q(fault=Fault.ADDRESS),
    ),
    MailFamily(
        "recusado",
        "E-mail recusado",
        "O servidor de e-mail aceitou o endereço e recusou o e-mail.",
        "Passe o código à TI, que cuida do servidor de e-mail; depois, reenvie todos.",
        _FAILED & ~Q(fault=Fault.ADDRESS),
    ),
    MailFamily(
        "prazo",
        "Prazo acabou",
        "O servidor de e-mail ficou fora do ar, ou adiou o e-mail, até o prazo acabar.",
        "Pergunte à TI se o servidor já atende; reenvie os que ainda servem e descarte os outros.",
        Q(status=MailStatus.EXPIRED),
    ),
)
BY_KEY = {family.key: family for family in FAMILIES}
UNSURE = "talvez"


@dataclass(frozen=True, slots=True)
class About:
    """What an e-mail tells of, in pt-BR, and the address where more of it is; "" for none."""

    words: str
    url: str = ""


def about(mails: Sequence[Mail]) -> dict[int, About]:
    """What each e-mail tells of, by its key: an evaluation, a bill, or something of Recado's own."""
    found = {mail.pk: About("Aviso do Recado") for mail in mails}
    for asked in Evaluation.objects.filter(mail__in=found):
        found[asked.mail_id or 0] = About(
            f"Avaliação do RA {asked.ra_number}", reverse("ra_detail", args=[asked.ra_number])
        )
    for notice in Notice.objects.filter(mail__in=found).select_related("bill"):
        query = urlencode({"grupo": notice.group, "referencia": f"{notice.month:%Y-%m}"})
        words = f"Conta de {notice.month:%m/%Y}, matrícula {notice.bill.property_id}"
        found[notice.mail_id or 0] = About(words, f"{reverse('billing_process')}?{query}")
    return found
