"""What a person reads of a status or a cause: label, sentence, colour and icon, what to do next.

One table for every screen, so that a message looks and is told the same wherever it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from recado.gsm.causes import Cause
from recado.outbox.models import CAUSES, HANDED_OVER, HANDED_OVER_LABEL, Status


@dataclass(frozen=True, slots=True)
class StatusWords:
    """A status on the screen. `style` is a class of `recado.css`, `icon` one of Font Awesome 5; the rest is pt-BR."""

    label: str
    explanation: str
    next_step: str
    style: str
    icon: str


@dataclass(frozen=True, slots=True)
class CauseWords:
    """What was behind a failure, in pt-BR."""

    label: str
    explanation: str
    next_step: str


STATUS_WORDS: dict[str, StatusWords] = {
    Status.QUEUED: StatusWords(
        "Na fila",
        "Aguarda a vez no aparelho.",
        "Nada a fazer: ela sai sozinha.",
        "rc-neutral",
        "clock",
    ),
    Status.SENDING: StatusWords(
        "Enviando",
        "O aparelho está enviando agora.",
        "Nada a fazer: aguarde alguns segundos.",
        "rc-sending",
        "paper-plane",
    ),
    Status.SENT: StatusWords(
        "Enviada",
        "A operadora aceitou; falta a confirmação do celular.",
        "Nada a fazer.",
        "rc-sent",
        "check",
    ),
    HANDED_OVER: StatusWords(
        HANDED_OVER_LABEL,
        "O celular que envia recebeu o texto e o envia sozinho; ele ainda não avisou que enviou.",
        "Nada a fazer. Alguns celulares nunca avisam.",
        "rc-sent",
        "mobile-alt",
    ),
    Status.DELIVERED: StatusWords(
        "Entregue",
        "O celular do cliente confirmou.",
        "Nada a fazer.",
        "rc-ok",
        "check-double",
    ),
    Status.UNDELIVERED: StatusWords(
        "Não entregue",
        "A operadora aceitou, mas o celular não recebeu.",
        "Confirme o número com o cliente; depois, reenvie ou corrija o número.",
        "rc-undelivered",
        "phone-slash",
    ),
    Status.FAILED: StatusWords(
        "Com erro",
        "Não foi enviada e não será tentada de novo sozinha.",
        "Veja o motivo e decida: reenviar, corrigir o número ou descartar.",
        "rc-danger",
        "times-circle",
    ),
    Status.UNCERTAIN: StatusWords(
        "Talvez enviada",
        "O aparelho parou antes de confirmar. O cliente pode já ter recebido.",
        "Decida: já foi enviada, ou reenviar mesmo assim (pode chegar em dobro).",
        "rc-warn",
        "question-circle",
    ),
    Status.EXPIRED: StatusWords(
        "Expirada",
        "O prazo acabou antes do envio.",
        "Reenvie, se ainda for útil.",
        "rc-neutral",
        "hourglass-end",
    ),
    Status.CANCELLED: StatusWords(
        "Descartada",
        "Alguém decidiu não enviar.",
        "Veja no histórico quem decidiu e por quê.",
        "rc-neutral",
        "ban",
    ),
}

_EXPLAINED: dict[Cause, tuple[str, str]] = {
    Cause.NUMBER_INVALID: ("A operadora não reconhece o número.", "Corrija o número."),
    Cause.UNREACHABLE: ("O celular está desligado, sem sinal ou cheio.", "Tentamos de novo; depois, reenvie."),
    Cause.NETWORK: ("A operadora não atendeu agora.", "Nada a fazer: tentamos de novo."),
    Cause.NO_CREDIT: ("A operadora recusou nosso chip.", "Peça à TI para conferir o saldo do chip."),
    Cause.BARRED: ("A operadora não deixa nosso chip enviar SMS.", "Peça à TI para falar com a operadora."),
    Cause.PHONE_DOWN: ("O servidor não alcança o aparelho.", "Avise a TI. Não conta como tentativa."),
    Cause.PHONE_MEMORY: ("A memória do aparelho está cheia.", "Peça à TI para esvaziar a memória do aparelho."),
    Cause.SIM: ("O aparelho não consegue usar o chip.", "Peça à TI para conferir o chip."),
    Cause.SMSC: ("O número da central de SMS falta ou está errado.", "Peça à TI para testar a conexão."),
    Cause.OURS: ("O próprio Recado não conseguiu montar a mensagem.", "Informe à TI o motivo mostrado."),
    Cause.UNCERTAIN: ("Não houve resposta depois do texto.", "Decida: já foi enviada, ou reenviar."),
    Cause.EXPIRED: ("Passou da data limite.", "Avalie se ainda vale reenviar."),
    Cause.OPTED_OUT: ("O cliente pediu, por SMS ou no atendimento.", "Não reenvie; ligue para o cliente."),
    Cause.UNKNOWN: ("O aparelho recusou sem dizer por quê.", "Reenvie; se repetir, informe a TI."),
}

CAUSE_WORDS: dict[str, CauseWords] = {value: CauseWords(label, *_EXPLAINED[Cause(value)]) for value, label in CAUSES}


@dataclass(frozen=True, slots=True)
class Family:
    """Causes that ask for the same step, in pt-BR; `key` is what an address says."""

    key: str
    label: str
    explanation: str
    next_step: str
    causes: tuple[Cause, ...]


FAMILIES: tuple[Family, ...] = (
    Family(
        "numero",
        "Número",
        "O número não existe, ou o cliente não quer receber.",
        "Confirme o celular com o cliente e corrija o número.",
        (Cause.NUMBER_INVALID, Cause.OPTED_OUT),
    ),
    Family(
        "chip",
        "Chip e crédito",
        "A operadora não aceita o que nosso chip envia.",
        "Peça à TI para conferir saldo e chip; depois, reenvie todas.",
        (Cause.NO_CREDIT, Cause.BARRED, Cause.SIM),
    ),
    Family(
        "aparelho",
        "Aparelho",
        "O aparelho do Recado não conseguiu enviar.",
        "Peça à TI para conferir o aparelho; depois, reenvie todas.",
        (Cause.PHONE_DOWN, Cause.PHONE_MEMORY),
    ),
    Family(
        "rede",
        "Rede",
        "A operadora ou o celular do cliente não responderam a nenhuma tentativa.",
        "Reenvie mais tarde; se repetir com o mesmo celular, ligue para o cliente.",
        (Cause.UNREACHABLE, Cause.NETWORK, Cause.SMSC),
    ),
    Family(
        "outros",
        "Outros motivos",
        "O Recado não montou a mensagem, o prazo acabou ou o motivo não foi informado.",
        "Leia o motivo de cada uma; se repetir, informe à TI.",
        (Cause.OURS, Cause.EXPIRED, Cause.UNKNOWN),
    ),
    Family(
        "talvez",
        "Talvez enviada",
        "Não houve resposta depois do texto: o SMS pode ter saído, ou não.",
        "Pergunte ao cliente, se puder, e decida uma a uma.",
        (Cause.UNCERTAIN,),
    ),
)


def status_words(status: str) -> StatusWords:
    """The words of `status` (a value of `outbox.models.Status`, or a message's `shown_status`)."""
    return STATUS_WORDS[status]


def cause_words(cause: str) -> CauseWords | None:
    """The words of `cause`; None when there is none to tell."""
    return CAUSE_WORDS.get(cause)
