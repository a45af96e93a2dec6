"""The faults of the phone in software, as data: one row each.

Every fault here is something a real modem or network was seen to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
    FaultSpec("roaming", "Roaming", "O aparelho usa a rede de outra operadora: envia, mas pode custar mais."),
    FaultSpec("radio_off", "Modo avião", "O rádio está desligado até que AT+CFUN=1 o ligue."),
    FaultSpec("sim_missing", "Sem chip", "O aparelho diz que não há chip (SIM) e recusa o envio."),
    FaultSpec("sim_pin", "Chip pede PIN", "O chip espera o PIN; três PINs errados o bloqueiam até o PUK."),
    FaultSpec("sim_puk", "Chip bloqueado (PUK)", "O chip foi bloqueado por PIN errado e pede o PUK."),
    FaultSpec(
        "sim_busy",
        "Chip ocupado",
        "Como logo depois de ligar: o chip ainda não está pronto e tudo o que depende dele é recusado.",
    ),
    FaultSpec(
        "not_yet",
        "Ainda iniciando",
        "Os comandos de chip e de SMS são recusados com o código escolhido, como logo depois de ligar.",
        ValueKind.CHOICE,
        "515",
        _STRIKING,
        ("14", "314", "515"),
    ),
    FaultSpec(
        "no_smsc",
        "Sem central de SMS",
        "O aparelho esqueceu o número da central e recusa com o código 330, até que alguém o grave de novo.",
    ),
    FaultSpec(
        "store_full",
        "Memória de SMS cheia",
        "Nada mais cabe na memória: o que chega espera na rede até que se apague algo.",
    ),
    FaultSpec(
        "send_stored",
        "Envio da memória falha",
        "AT+CMSS é recusado, ou envia sem mudar o estado do SMS guardado para enviado.",
        ValueKind.CHOICE,
        "no_flip",
        choices=("no_flip", "refused"),
    ),
    FaultSpec(
        "abort_by_byte",
        "Qualquer byte interrompe",
        "Um byte escrito antes da resposta do envio a cancela, embora o SMS já tenha saído.",
    ),
    FaultSpec(
        "ussd",
        "Resposta de saldo",
        "A resposta à consulta de saldo (USSD) vem de outra forma, é recusada ou nunca vem.",
        ValueKind.CHOICE,
        "packed",
        choices=("packed", "ucs2", "no_quotes", "menu", "unsupported", "refused", "silent"),
    ),
    FaultSpec(
        "cnma_refused",
        "Confirmação de leitura recusada",
        "O aparelho recusa AT+CNMA e, por isso, retém as confirmações seguintes.",
    ),
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
    FaultSpec(
        "cnmi_no_direct",
        "Não entrega confirmações na hora",
        "O aparelho anuncia que entrega as confirmações diretamente (ds=1), mas recusa: só as guarda (ds=2).",
    ),
    FaultSpec(
        "report_memory",
        "Memória das confirmações",
        "As confirmações guardadas vão para a memória escolhida (SR é só delas; SM é a do chip).",
        ValueKind.CHOICE,
        "SR",
        choices=("SR", "SM"),
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
        "report_late",
        "Confirmação atrasada",
        "A confirmação de entrega só vem depois dos segundos escolhidos.",
        ValueKind.SECONDS,
        3600.0,
        _STRIKING,
    ),
    FaultSpec(
        "report_repeated",
        "Confirmação repetida",
        "A mesma confirmação de entrega chega duas vezes.",
        trigger=_STRIKING,
    ),
    FaultSpec(
        "report_temporary",
        "Confirmação provisória",
        "Antes da confirmação final vem uma provisória, com o estado TP-ST escolhido (32 = rede congestionada).",
        ValueKind.CODE,
        32,
        _STRIKING,
    ),
    FaultSpec(
        "parts_shuffled",
        "Partes fora de ordem",
        "As partes de um SMS recebido chegam em qualquer ordem.",
    ),
    FaultSpec(
        "part_lost",
        "Parte perdida",
        "Uma das partes de um SMS recebido nunca chega.",
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
