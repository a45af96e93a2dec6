"""A customer's story in sentences, as an attendant says them on the phone."""

from __future__ import annotations

from recado.outbox.models import HANDED_OVER, Message, Status
from recado.outbox.numbers import show_mobile
from recado.service_requests.story import Happening, Kind, Story
from recado.web.formatting import date_and_time
from recado.web.words import cause_words

_SENTENCES: dict[str, str] = {
    Status.QUEUED: "está na fila e ainda não saiu.",
    Status.SENDING: "está saindo agora.",
    Status.SENT: "foi enviado: a operadora aceitou, e o celular ainda não confirmou.",
    HANDED_OVER: "foi entregue ao celular que envia, que ainda não avisou que enviou.",
    Status.DELIVERED: "foi entregue: o celular confirmou.",
    Status.UNDELIVERED: "não foi entregue: a operadora aceitou, mas o celular não recebeu.",
    Status.FAILED: "não saiu.",
    Status.UNCERTAIN: "talvez tenha sido enviado: o aparelho parou antes de confirmar.",
    Status.EXPIRED: "não saiu: o prazo acabou.",
    Status.CANCELLED: "foi descartado e não será enviado.",
}


def fate(happening: Happening) -> str:
    """What became of the SMS of a line, from its verb on."""
    message = happening.message
    assert message is not None
    if message.status == Status.DELIVERED and happening.delivered_at:
        return f"foi entregue: o celular confirmou em {date_and_time(happening.delivered_at)}."
    return _failure(message) if message.status == Status.FAILED else _SENTENCES[message.shown_status]


def sentence(happening: Happening) -> str:
    """One line of the story, without its time."""
    request, person = happening.request, happening.requester
    if happening.message:
        return f"SMS “{happening.message.type.name}” para {show_mobile(happening.message.number)} {fate(happening)}"
    if happening.reply:
        return f"Resposta de {show_mobile(happening.reply.number)}: “{happening.reply.text}”"
    if happening.kind is Kind.CLOSED and request:
        return f"RA {request.pk} encerrado: {request.closing_reason}."
    assert request is not None and person is not None  # noqa: PT018 - what is left is of an RA's requester
    what = f"inserido: {request.subtype}" if happening.kind is Kind.OPENED else "reiterado"
    told = "" if person.mobile else " Sem celular: nenhum SMS."
    return f"RA {request.pk} {what}. Protocolo {person.protocol}.{told}"


def summary(story: Story) -> str:
    """The whole story as plain text, one line a happening, to be pasted anywhere."""
    heading = [f"Celular {show_mobile(story.mobile)}"] if story.mobile else []
    heading += [f"RA {request.pk} ({request.get_status_display()}): {request.subtype}" for request in story.requests]
    lines = [f"{date_and_time(line.at)} – {sentence(line)}" for line in story.happenings]
    return "\n".join([*heading, "", *lines])


def _failure(message: Message) -> str:
    words = cause_words(message.cause)
    return f"não saiu: {words.label[0].lower()}{words.label[1:]}." if words else _SENTENCES[Status.FAILED]
