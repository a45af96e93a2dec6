"""The ways the phone in software misbehaves, as data.

Every fault here is something a real modem or network was seen to do. A fault is one row of `FAULTS`: its
name (what the command line and the control socket use), what an operator reads on the demonstration page,
the value it takes and when it strikes. The phone asks; this module only remembers what is on.

A *standing* fault holds while it is on. A *striking* fault is asked once for each occasion (an SMS, a
report), and may be limited to the next N occasions or to a share of them; chance comes from a seeded
generator, so the same seed gives the same run.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from recado.emulator.errors import FaultError


class ValueKind(StrEnum):
    """What the value of a fault means."""

    FLAG = "flag"
    CODE = "code"
    SECONDS = "seconds"
    CHOICE = "choice"


class Trigger(StrEnum):
    """When a fault acts."""

    STANDING = "standing"
    STRIKING = "striking"
    MOMENT = "moment"


FaultValue = bool | int | float | str


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One fault: its name, its words for the operator (pt-BR) and the value it takes when only switched on."""

    name: str
    label: str
    explanation: str
    kind: ValueKind = ValueKind.FLAG
    default: FaultValue = True
    trigger: Trigger = Trigger.STANDING
    choices: tuple[str, ...] = ()


_STRIKING: Final = Trigger.STRIKING

FAULTS: Final[tuple[FaultSpec, ...]] = (
    FaultSpec(
        "unplugged",
        "Cabo desligado",
        "O cabo foi tirado: a porta some e só volta quando o aparelho for ligado de novo.",
    ),
    FaultSpec(
        "no_signal",
        "Sem sinal",
        "O aparelho responde, mas não tem sinal da operadora e recusa o envio com o código 331.",
    ),
    FaultSpec(
        "not_registered",
        "Fora da rede",
        "O aparelho tem sinal, mas não está registrado na rede (o valor é o estado de +CREG).",
        ValueKind.CHOICE,
        "2",
        choices=("0", "2", "3", "4"),
    ),
    FaultSpec("sim_missing", "Sem chip", "O aparelho diz que não há chip (SIM) e recusa o envio."),
    FaultSpec("sim_pin", "Chip pede PIN", "O chip espera o PIN; três PINs errados o bloqueiam até o PUK."),
    FaultSpec("sim_puk", "Chip bloqueado (PUK)", "O chip foi bloqueado por PIN errado e pede o PUK."),
    FaultSpec(
        "sim_busy",
        "Chip ocupado",
        "Como logo depois de ligar: o chip ainda não está pronto e tudo o que depende dele é recusado.",
    ),
    FaultSpec("no_smsc", "Sem central de SMS", "O aparelho esqueceu o número da central e recusa com o código 330."),
    FaultSpec(
        "reject",
        "Operadora recusa",
        "O envio é recusado com o código CMS escolhido e nada chega ao cliente.",
        ValueKind.CODE,
        38,
        _STRIKING,
    ),
    FaultSpec(
        "mute_after_submit",
        "Enviado, mas sem resposta",
        "O SMS chega ao cliente, mas a resposta do aparelho se perde.",
        trigger=_STRIKING,
    ),
    FaultSpec(
        "lost_before_air",
        "Não enviado e sem resposta",
        "O SMS se perde dentro do aparelho, não chega ao cliente, e nenhuma resposta vem.",
        trigger=_STRIKING,
    ),
    FaultSpec(
        "bare_ok",
        "OK sem confirmação",
        "O aparelho responde só OK, sem +CMGS: o SMS pode ter sido enviado ou não (aqui, o valor decide).",
        ValueKind.CHOICE,
        "on_air",
        _STRIKING,
        ("on_air", "not_on_air"),
    ),
    FaultSpec(
        "error_though_sent",
        "Erro, mas foi enviado",
        "O SMS chega ao cliente, mas o aparelho responde com o código de erro escolhido.",
        ValueKind.CODE,
        500,
        _STRIKING,
    ),
    FaultSpec(
        "late_answer",
        "Resposta atrasada",
        "O SMS sai na hora, mas a resposta só vem depois dos segundos escolhidos.",
        ValueKind.SECONDS,
        135.0,
        _STRIKING,
    ),
    FaultSpec(
        "drop_after_submit",
        "Cabo cai durante o envio",
        "A ligação cai logo depois de o SMS ser entregue ao aparelho; o valor diz se ele chegou à rede.",
        ValueKind.CHOICE,
        "on_air",
        _STRIKING,
        ("on_air", "not_on_air"),
    ),
    FaultSpec(
        "slow",
        "Rede lenta",
        "Cada envio ocupa o aparelho pelos segundos escolhidos.",
        ValueKind.SECONDS,
        5.0,
    ),
    FaultSpec("hang", "Aparelho travado", "O aparelho continua ligado, mas não responde a nada."),
    FaultSpec(
        "reboot",
        "Reinício do aparelho",
        "O aparelho reinicia: cala pelos segundos escolhidos, esquece o que foi configurado e volta.",
        ValueKind.SECONDS,
        3.0,
        Trigger.MOMENT,
    ),
    FaultSpec(
        "no_prompt",
        "Sem sinal de >",
        "O aparelho aceita AT+CMGS, mas não escreve o sinal > que pede o texto.",
    ),
    FaultSpec("no_prompt_space", "Sinal de > sem espaço", "O sinal > vem sem o espaço que a norma manda escrever."),
    FaultSpec(
        "late_prompt",
        "Sinal de > atrasado",
        "O sinal > só vem depois dos segundos escolhidos.",
        ValueKind.SECONDS,
        2.0,
    ),
    FaultSpec("echo_pdu", "Eco do SMS", "O aparelho repete o SMS recebido, mesmo com o eco desligado."),
    FaultSpec("garbage", "Lixo na linha", "Bytes sem sentido aparecem entre as linhas, como em cabo com mau contato."),
    FaultSpec("split", "Resposta aos pedaços", "As respostas chegam um byte de cada vez."),
    FaultSpec("join", "Aviso colado", "Um aviso espontâneo vem colado à resposta, sem fim de linha próprio."),
    FaultSpec(
        "chatter",
        "Avisos no meio da resposta",
        "Avisos espontâneos aparecem no meio das respostas e também a cada tantos segundos.",
        ValueKind.SECONDS,
        30.0,
    ),
    FaultSpec("double_cr", "Fim de linha repetido", "As linhas terminam em CR CR LF, como em alguns Huawei."),
    FaultSpec(
        "cnmi_mode_1",
        "Só aceita CNMI modo 1",
        "O aparelho anuncia o modo 2 de AT+CNMI, mas o recusa, como vários Huawei, ZTE e SIMCom.",
    ),
    FaultSpec("cpin_without_ok", "CPIN sem OK", "A resposta de AT+CPIN? vem sem o OK final."),
    FaultSpec("cmgl_hangs", "Lista de SMS trava", "O aparelho nunca responde a AT+CMGL."),
    FaultSpec(
        "report_lost",
        "Confirmação perdida",
        "A confirmação de entrega (relatório) nunca chega.",
        trigger=_STRIKING,
    ),
    FaultSpec(
        "report_status",
        "Entrega fracassada",
        "A confirmação de entrega vem com o estado TP-ST escolhido (70 = validade vencida).",
        ValueKind.CODE,
        70,
        _STRIKING,
    ),
)

BY_NAME: Final[Mapping[str, FaultSpec]] = {spec.name: spec for spec in FAULTS}


@dataclass(frozen=True, slots=True)
class Switch:
    """A fault that is on: its value, for how many occasions (None: all) and the share of them (0 to 1)."""

    value: FaultValue
    times: int | None = None
    probability: float = 1.0


class Faults:
    """The faults that are on. Mutable; one for each phone; not shared between threads while they write."""

    def __init__(self, *, seed: int = 0) -> None:
        # S311 guards secrets; this chance must be repeatable, which a secure generator cannot be.
        self.random: Final = random.Random(seed)  # noqa: S311
        self._on: dict[str, Switch] = {}

    def set(self, name: str, value: object = True) -> None:
        """Switch a fault on, or off with False or None.

        `value` is True (the fault's own default), the value itself, or a mapping with `value`, `times` and
        `probability`. Raises `FaultError` (pt-BR) for a name or a value that does not exist.
        """
        spec = find(name)
        if value is None or value is False:
            self.clear(name)
            return
        options: Mapping[str, object] = value if isinstance(value, Mapping) else {"value": value}
        unknown = set(options) - {"value", "times", "probability"}
        if unknown:
            raise FaultError(f"“{', '.join(sorted(map(str, unknown)))}” não existe na falha “{name}”.")
        times = options.get("times")
        switch = Switch(
            value=_checked(spec, options.get("value", True)),
            times=None if times is None else int(_number(spec, times, 1, 1_000_000)),
            probability=_number(spec, options.get("probability", 1.0), 0, 1),
        )
        if spec.trigger is not Trigger.STRIKING and (switch.times is not None or switch.probability != 1):
            raise FaultError(f"A falha “{name}” vale enquanto ligada: não aceita “times” nem “probability”.")
        self._on[name] = switch

    def set_text(self, text: str) -> None:
        """Switch a fault on from the command line: `nome`, `nome=valor`, `nome=valor,times=3,probability=0.1`.

        Raises `FaultError`.
        """
        head, *rest = text.split(",")
        name, _, value = head.partition("=")
        options: dict[str, object] = {"value": value.strip() if value else True}
        for option in rest:
            key, _, content = option.partition("=")
            options[key.strip()] = content.strip()
        self.set(name.strip(), options)

    def clear(self, name: str) -> None:
        """Switch a fault off; nothing happens if it was off. Raises `FaultError` for an unknown name."""
        find(name)
        self._on.pop(name, None)

    def clear_all(self) -> None:
        """Switch every fault off."""
        self._on.clear()

    def is_on(self, name: str) -> bool:
        """Tell whether a fault is on, without using up an occasion."""
        return find(name).name in self._on

    def value(self, name: str) -> FaultValue | None:
        """Give the value of a fault that is on, else None, without using up an occasion."""
        switch = self._on.get(find(name).name)
        return None if switch is None else switch.value

    def seconds(self, name: str, otherwise: float = 0.0) -> float:
        """Give the seconds of a fault that is on, else `otherwise`."""
        value = self.value(name)
        return otherwise if value is None else float(value)

    def strike(self, name: str) -> FaultValue | None:
        """Ask whether a fault acts on this occasion: its value, or None. Uses up one of its occasions."""
        switch = self._on.get(find(name).name)
        if switch is None or (switch.probability < 1 and self.random.random() >= switch.probability):
            return None
        if switch.times is not None:
            if switch.times <= 1:
                del self._on[name]
            else:
                self._on[name] = Switch(switch.value, switch.times - 1, switch.probability)
        return switch.value

    def describe(self) -> list[dict[str, object]]:
        """Give every fault, on or off, ready for JSON and for the demonstration page."""
        return [_described(spec, self._on.get(spec.name)) for spec in FAULTS]


def find(name: str) -> FaultSpec:
    """Give the fault of that name. Raises `FaultError` (pt-BR) when there is none."""
    try:
        return BY_NAME[name]
    except KeyError:
        raise FaultError(f"A falha “{name}” não existe. Existem: {', '.join(BY_NAME)}.") from None


def _checked(spec: FaultSpec, value: object) -> FaultValue:
    if value is True:
        return spec.default
    match spec.kind:
        case ValueKind.FLAG:
            raise FaultError(f"A falha “{spec.name}” não tem valor: só liga e desliga.")
        case ValueKind.CODE:
            return int(_number(spec, value, 0, 999))
        case ValueKind.SECONDS:
            return _number(spec, value, 0, 86_400)
        case ValueKind.CHOICE:
            if str(value) not in spec.choices:
                raise FaultError(f"A falha “{spec.name}” aceita: {', '.join(spec.choices)}.")
            return str(value)


def _number(spec: FaultSpec, value: object, lowest: float, highest: float) -> float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if lowest <= number <= highest:
            return number
    raise FaultError(f"A falha “{spec.name}” quer um número de {lowest} a {highest}, não “{value}”.")


def _described(spec: FaultSpec, switch: Switch | None) -> dict[str, object]:
    return {
        "name": spec.name,
        "label": spec.label,
        "explanation": spec.explanation,
        "kind": spec.kind.value,
        "trigger": spec.trigger.value,
        "default": spec.default,
        "choices": list(spec.choices),
        "on": switch is not None,
        "value": None if switch is None else switch.value,
        "times": None if switch is None else switch.times,
        "probability": None if switch is None else switch.probability,
    }
