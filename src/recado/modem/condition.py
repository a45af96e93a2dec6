"""What state a phone is in, and what a person can do about it.

One condition is one sentence for the attendant and one piece of advice for whoever stands beside the phone.
The texts live here, beside the enum, so that the driver, the screens and the command line say the same.
"""

from dataclasses import dataclass
from enum import StrEnum


class PhoneCondition(StrEnum):
    """Why a phone can or cannot send now."""

    READY = "ready"
    NO_SIGNAL = "no_signal"
    NOT_REGISTERED = "not_registered"
    REGISTRATION_DENIED = "registration_denied"
    SIM_MISSING = "sim_missing"
    SIM_PIN = "sim_pin"
    SIM_PUK = "sim_puk"
    SIM_FAILURE = "sim_failure"
    NO_SMSC = "no_smsc"
    RADIO_OFF = "radio_off"
    SILENT = "silent"
    DISCONNECTED = "disconnected"
    NO_SMS = "no_sms"
    INITIALISING = "initialising"
    ROAMING = "roaming"
    """Told beside another condition: the phone sends, but on another operator's network."""
    STORE_FULL = "store_full"
    """Told beside another condition: the phone sends, but receives nothing."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A condition in Brazilian Portuguese: what is wrong and what to do."""

    reason: str
    advice: str


_EXPLANATIONS = {
    PhoneCondition.READY: Explanation("O aparelho está pronto para enviar.", ""),
    PhoneCondition.NO_SIGNAL: Explanation(
        "O aparelho está sem sinal da operadora.",
        "Leve o aparelho ou a antena para perto de uma janela e confira se a antena está bem conectada.",
    ),
    PhoneCondition.NOT_REGISTERED: Explanation(
        "O aparelho ainda não se registrou na rede da operadora.",
        "Aguarde alguns minutos. Se continuar, confira o sinal, a antena e se a linha está ativa.",
    ),
    PhoneCondition.REGISTRATION_DENIED: Explanation(
        "A operadora recusou o registro deste chip na rede.",
        "Confira com a operadora se a linha está ativa, com créditos e habilitada para SMS.",
    ),
    PhoneCondition.SIM_MISSING: Explanation(
        "O aparelho está sem chip (SIM).",
        "Desligue o aparelho, coloque o chip e ligue de novo.",
    ),
    PhoneCondition.SIM_PIN: Explanation(
        "O chip pede o PIN.",
        "Informe o PIN na configuração do aparelho, ou coloque o chip em um celular comum, desative o pedido de PIN "
        "e devolva o chip.",
    ),
    PhoneCondition.SIM_PUK: Explanation(
        "O chip está bloqueado e pede o PUK.",
        "Desbloqueie o chip em um celular comum com o PUK fornecido pela operadora. "
        "Dez tentativas erradas inutilizam o chip.",
    ),
    PhoneCondition.SIM_FAILURE: Explanation(
        "O aparelho não consegue ler o chip (SIM).",
        "Desligue o aparelho, limpe e recoloque o chip. Se continuar, teste o chip em outro aparelho.",
    ),
    PhoneCondition.NO_SMSC: Explanation(
        "O chip está sem o número da central de SMS (SMSC).",
        "Peça à operadora o número da central de SMS e informe-o na configuração do aparelho, "
        "ou grave-o no chip com um celular comum.",
    ),
    PhoneCondition.RADIO_OFF: Explanation(
        "O rádio do aparelho está desligado (modo avião).",
        "Desligue e ligue o aparelho. Se continuar, tire-o do modo avião.",
    ),
    PhoneCondition.SILENT: Explanation(
        "O aparelho não responde aos comandos.",
        "Desligue o aparelho da energia e ligue de novo. "
        "Confira também se a porta configurada é a porta de comandos AT.",
    ),
    PhoneCondition.DISCONNECTED: Explanation(
        "A ligação com o aparelho caiu.",
        "Confira o cabo, a alimentação e se ele aparece no computador.",
    ),
    PhoneCondition.NO_SMS: Explanation(
        "Este aparelho não envia SMS por comandos AT.",
        "Use outro modelo de aparelho ou atualize o firmware deste.",
    ),
    PhoneCondition.INITIALISING: Explanation(
        "O aparelho ainda está iniciando.",
        "Aguarde um minuto. Se continuar, desligue e ligue o aparelho.",
    ),
    PhoneCondition.ROAMING: Explanation(
        "O aparelho está em roaming, na rede de outra operadora.",
        "Os envios seguem, mas podem custar mais. Confira o sinal da operadora do chip neste local.",
    ),
    PhoneCondition.STORE_FULL: Explanation(
        "A memória de mensagens do aparelho está cheia.",
        "Os envios seguem, mas respostas e confirmações não chegam. "
        "Apague as mensagens guardadas no aparelho e no chip.",
    ),
}


def explain(condition: PhoneCondition) -> Explanation:
    """Give the pt-BR reason and advice for ``condition``."""
    return _EXPLANATIONS[condition]
