"""Why a phone cannot be reached by MAP, or did not take a message, in words that say what to do next (pt-BR).

obexd has one error for nearly all, `org.bluez.obex.Error.Failed`, and puts the meaning into its text: the socket's
error, or the OBEX response code (IrOBEX 1.5 §3.2.1, high bit set or not) with which the phone refused.
"""

from __future__ import annotations

import re

from recado.links.bluetooth import refusals
from recado.links.bluetooth.bus import NO_ANSWER, NO_BUS, BusRefusal
from recado.links.bluetooth.obex import NO_DBUS_DAEMON, NO_OBEXD, NO_START, SERVICE
from recado.modem.errors import LinkDown

ALLOW = (
    "No aparelho, abra Configurações → Bluetooth → este computador e permita o acesso a mensagens (SMS). "
    "Depois de reiniciar, o aparelho precisa ser desbloqueado uma vez."
)
_NEAR = "Confira se o aparelho está ligado, com o Bluetooth ativo, e leve-o para perto do servidor."
_ERROR = f"{SERVICE}.Error."
NO_RECORD = "unable to find service record"

_OUT_OF_REACH = ("host is down", "no route to host", "connection timed out", "page timeout", "page-timeout")
_FORGOTTEN = ("key missing", "key-missing", "authentication", "invalid exchange", "permission denied")
_DROPPED = ("not connected", "disconnected", "session closed", "reset by peer", "transport got disconnected")
_SLOW = ("timed out", "timeout")
_CODE = re.compile(r"0x([0-9a-f]{2})\b")
_DENIED = (0x41, 0x43, 0x46)
"""Unauthorized, Forbidden, Not Acceptable."""
_BUSY = (0x50, 0x53, 0x63)
"""Internal Server Error, Service Unavailable, Database Locked."""


def no_messages(address: str, *, has_line: bool) -> LinkDown:
    """The phone offers no message access at all; `has_line`: it has an AT line instead."""
    advice = f"Use a ligação bluetooth:{address}." if has_line else "iPhones e aparelhos sem MAP não enviam assim."
    return LinkDown(f"O aparelho {address} não oferece acesso a mensagens (MAP) por Bluetooth.", advice)


def in_use(address: str) -> LinkDown:
    """This process has the phone already."""
    return LinkDown(f"As mensagens do aparelho {address} já estão em uso por este Recado.")


def lost(address: str) -> LinkDown:
    """The session ended while it was open."""
    return LinkDown(
        f"A ligação Bluetooth com o aparelho {address} caiu.",
        "Confira se o aparelho está ligado e perto do servidor. O Recado tenta de novo sozinho.",
    )


def out_of_reach(address: str) -> LinkDown:
    """Nobody answers at the address."""
    return LinkDown(f"O aparelho {address} está fora de alcance ou desligado.", _NEAR)


def explain(refusal: BusRefusal, address: str, *, connected: bool = False) -> LinkDown:
    """Give the `LinkDown` for an error of obexd, or of its bus, about the phone at `address`.

    `connected`: BlueZ has a radio link to the phone. Without it obexd's "no service record" only means no phone.
    """
    if refusal.name.startswith("org.bluez.Error."):
        return refusals.explain(refusal, address)
    return _of_this_machine(refusal) or _of_the_phone(refusal, address, connected=connected)


def _of_this_machine(refusal: BusRefusal) -> LinkDown | None:
    match refusal.name:
        case str(name) if name == NO_OBEXD:
            return LinkDown(
                "Falta o programa obexd, que fala com celulares Android por Bluetooth.",
                "Execute: sudo apt install bluez-obexd",
            )
        case str(name) if name == NO_DBUS_DAEMON:
            return LinkDown("Falta o programa dbus-daemon.", "Execute: sudo apt install dbus")
        case str(name) if name == NO_START:
            return LinkDown(
                "O programa obexd não iniciou, ou parou em seguida.",
                "Ele precisa do D-Bus do sistema e do bluetoothd em execução: sudo systemctl enable --now bluetooth. "
                "Como serviço, o Recado precisa de AF_BLUETOOTH em RestrictAddressFamilies.",
            )
        case str(name) if name == NO_BUS or name.startswith("org.freedesktop.DBus.Error."):
            return LinkDown(
                "O programa obexd, que fala com celulares Android por Bluetooth, parou.",
                "O Recado o inicia de novo sozinho.",
            )
        case str(name) if name in (_ERROR + "InvalidArguments", _ERROR + "NotSupported"):
            return LinkDown(
                "O obexd deste computador é antigo demais para enviar SMS.", "Atualize o pacote bluez-obexd."
            )
    return None


def _of_the_phone(refusal: BusRefusal, address: str, *, connected: bool) -> LinkDown:
    text = refusal.text.lower()
    code = int(found.group(1), 16) & 0x7F if (found := _CODE.search(text)) else None
    if code in _DENIED or refusal.name in (_ERROR + "NotAuthorized", _ERROR + "Forbidden"):
        return LinkDown(f"O aparelho {address} não dá a este computador acesso às mensagens.", ALLOW)
    if code in _BUSY:
        return LinkDown(f"O serviço de mensagens do aparelho {address} não atende agora.", ALLOW)
    if NO_RECORD in text:
        if not connected:
            return out_of_reach(address)
        return LinkDown(f"O aparelho {address} não oferece agora o acesso a mensagens.", ALLOW)
    if _tells(text, _OUT_OF_REACH):
        return out_of_reach(address)
    if _tells(text, _FORGOTTEN):
        return refusals.forgotten(address)
    if _tells(text, _DROPPED):
        return lost(address)
    if refusal.name == NO_ANSWER or _tells(text, _SLOW):
        return LinkDown(
            f"O aparelho {address} não respondeu a tempo.",
            f"Veja se há um pedido de acesso a mensagens na tela dele e aceite-o. {ALLOW}",
        )
    if "refused" in text:
        return LinkDown(f"O aparelho {address} recusou o acesso às mensagens por Bluetooth.", ALLOW)
    said = (refusal.text or refusal.name)[:80]
    return LinkDown(f"O acesso às mensagens do aparelho {address} falhou ({said}).", f"{_NEAR} {ALLOW}")


def _tells(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)
