"""Why a phone cannot be reached by Bluetooth, in words that say what to do next (pt-BR).

BlueZ's own error names and texts are its `src/error.c`; what each meant was tried with bluetoothd 5.66.
"""

from __future__ import annotations

from pathlib import Path

from recado.links.bluetooth.bus import NO_ANSWER, NO_BUS, NO_LINE, BusRefusal
from recado.links.machine import Machine
from recado.links.refusals import user_name
from recado.modem.errors import LinkDown

_NEAR = "Confira se o aparelho está ligado, com o Bluetooth ativo, e leve-o para perto do servidor."
_AGAIN = "Se continuar, desligue e ligue o Bluetooth do aparelho."
_ON_SCREEN = "(Fila e aparelhos, Parear aparelho por Bluetooth), ou:"
POLICY = "/etc/dbus-1/system.d/bluetooth.conf"

_SERVICE_GONE = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.Disconnected",
    "org.freedesktop.DBus.Error.Spawn.",
    "org.freedesktop.systemd1.",
)
# BlueZ puts the meaning into the text of org.bluez.Error.Failed. The order is that of looking.
_OUT_OF_REACH = ("page-timeout", "host is down", "no route to host", "connection timed out", "connection-timeout")
_FORGOTTEN = ("aborted-by-remote", "key-missing", "key missing", "authentication failure")
_DENIED = ("org.bluez.Error.Authentication", "org.bluez.Error.NotAuthorized")
_REFUSED = ("connection-refused", "connection refused")
_NO_PROFILE = ("profile-unavailable", "not-supported", "sdp-search")
_LEFT_OVER = ("create-socket", "already-connected", "connection-busy", "in progress", "canceled", "aborted-by-local")


def no_bus() -> LinkDown:
    """There is no message bus to ask."""
    return LinkDown(
        "O serviço de mensagens do sistema (D-Bus) não está em execução; sem ele não há Bluetooth.",
        "Instale e inicie o D-Bus e o BlueZ: sudo apt install dbus bluez && sudo systemctl enable --now bluetooth",
    )


def no_service() -> LinkDown:
    """bluetoothd is not there, or ended while it was asked."""
    return LinkDown(
        "O serviço de Bluetooth (bluetoothd) não está em execução.",
        "Execute: sudo systemctl enable --now bluetooth (falta o pacote? sudo apt install bluez).",
    )


def no_permission() -> LinkDown:
    """The bus does not let this user talk to bluetoothd."""
    return LinkDown(
        "Sem permissão para usar o serviço de Bluetooth.",
        f"Execute: sudo usermod -aG bluetooth {user_name()} e reinicie o Recado. "
        f"Se não bastar, a política está em {POLICY}.",
    )


def no_adapter(machine: Machine) -> LinkDown:
    """This machine has no adapter that BlueZ can use."""
    return blocked_by_rfkill(machine) or LinkDown(
        "Este computador não tem adaptador Bluetooth, ou ele foi retirado.",
        "Ligue um adaptador Bluetooth USB. Para ver os adaptadores: bluetoothctl list",
    )


def no_such_adapter(name: str, there: list[str]) -> LinkDown:
    """The link names an adapter that this machine has not, or not now."""
    return LinkDown(
        f"Este computador não tem agora o adaptador Bluetooth {name}.",
        f"Ligue-o, ou use na ligação um dos que há: {', '.join(there)}.",
    )


def paired_elsewhere(address: str, name: str) -> LinkDown:
    """The bond is with another adapter than the link names."""
    return LinkDown(
        f"O aparelho {address} está pareado por outro adaptador Bluetooth, não por {name}.",
        f"Retire ?adapter={name} da ligação, ou pareie por ele: recado phones pair {address} --adapter {name}",
    )


def adapter_off(name: str, machine: Machine) -> LinkDown:
    """The adapter is there and switched off."""
    return blocked_by_rfkill(machine) or LinkDown(
        f"O adaptador Bluetooth {name} está desligado.",
        "Ligue-o: bluetoothctl power on. Para ligar sozinho com o computador: AutoEnable=true em "
        "/etc/bluetooth/main.conf.",
    )


def blocked_by_rfkill(machine: Machine) -> LinkDown | None:
    """Tell of a switch, in software or hardware, that keeps all Bluetooth off (Linux rfkill class)."""
    states = [_rfkill(entry) for entry in sorted(machine.sysfs.glob("class/rfkill/*"))]
    if any(hard for _, hard in states):
        return LinkDown(
            "O Bluetooth deste computador está desligado pela chave do próprio equipamento.",
            "Ligue a chave (ou a tecla) de rede sem fio, ou ative o Bluetooth na configuração da placa (BIOS).",
        )
    if any(soft for soft, _ in states):
        return LinkDown(
            "O Bluetooth deste computador está bloqueado (rfkill).",
            "Execute: sudo rfkill unblock bluetooth",
        )
    return None


def not_paired(address: str, *, known: bool) -> LinkDown:
    """Nobody paired this phone: a person must."""
    where = "não está pareado com este computador" if known else "é desconhecido deste computador"
    return LinkDown(f"O aparelho {address} {where}.", f"Pareie com ele {_ON_SCREEN} recado phones pair {address}")


def blocked(address: str) -> LinkDown:
    """Somebody told BlueZ to refuse this phone."""
    return LinkDown(
        f"O aparelho {address} está bloqueado no Bluetooth deste computador.",
        f"Se foi engano: bluetoothctl unblock {address}",
    )


def no_serial_service(address: str, *, has_messages: bool) -> LinkDown:
    """The phone offers neither Serial Port nor Dial-up Networking."""
    advice = "Use outro modelo de aparelho, ou ligue este por cabo."
    if has_messages:
        advice = f"Este aparelho envia como os celulares com Android. Inclua-o com a ligação map:{address}."
    return LinkDown(f"O aparelho {address} não oferece porta serial nem modem por Bluetooth.", advice)


def forgotten(address: str) -> LinkDown:
    """The phone no longer has the key that this machine has."""
    return LinkDown(
        f"O aparelho {address} não reconhece mais este computador: o pareamento se perdeu.",
        f"Pareie de novo {_ON_SCREEN} {_pair_again(address)}",
    )


def in_use(address: str) -> LinkDown:
    """Another program has the profile, or this one has the phone already."""
    return LinkDown(
        f"A ligação Bluetooth com {address} já está em uso.",
        "Outro Recado, ou outro programa, usa a porta serial por Bluetooth. Encerre-o e tente de novo.",
    )


def explain(refusal: BusRefusal, address: str) -> LinkDown:
    """Give the `LinkDown` for an error that BlueZ or the bus answered about the phone at `address`."""
    return _of_this_machine(refusal, address) or _of_the_phone(refusal, address)


def _of_this_machine(refusal: BusRefusal, address: str) -> LinkDown | None:
    """What is wrong on this side, whatever phone was asked for."""
    if refusal.name == NO_BUS:
        return no_bus()
    if refusal.name.startswith(_SERVICE_GONE):
        return no_service()
    if refusal.name == "org.freedesktop.DBus.Error.AccessDenied":
        return no_permission()
    if refusal.name in ("org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.UnknownMethod"):
        # The device, or the adapter it was paired on, went away between the look and the call.
        return LinkDown(f"O adaptador Bluetooth pelo qual se chega a {address} foi retirado.", "Ligue-o de novo.")
    if refusal.name == "org.bluez.Error.NotReady" and not refusal.text.startswith("br-"):
        return LinkDown("O adaptador Bluetooth não está pronto.", "Ligue-o: bluetoothctl power on")
    return in_use(address) if refusal.name == "org.bluez.Error.NotPermitted" else None


def _of_the_phone(refusal: BusRefusal, address: str) -> LinkDown:
    """What is wrong with the phone, or on the way to it."""
    text = refusal.text.lower()
    if refusal.name == NO_ANSWER or _tells(text, _OUT_OF_REACH):
        return LinkDown(f"O aparelho {address} está fora de alcance ou desligado.", _NEAR)
    if _tells(text, _FORGOTTEN):
        return forgotten(address)
    if refusal.name == NO_LINE:
        return LinkDown(f"O aparelho {address} aceitou a ligação Bluetooth, mas não abriu a porta.", _AGAIN)
    if refusal.name.startswith(_DENIED):
        return LinkDown(
            f"O aparelho {address} recusou a ligação Bluetooth.",
            "Aceite o pedido na tela do aparelho e autorize este computador. Se continuar, pareie de novo.",
        )
    if is_no_profile(refusal):
        return LinkDown(
            f"O aparelho {address} não oferece agora o serviço por que se envia.",
            "Confira no aparelho se o serviço (porta serial ou modem) está permitido para este computador.",
        )
    if _tells(text, _REFUSED):
        # Some phones that lost the bond say no more than this.
        again = f"{_AGAIN} Se ele esqueceu este computador, pareie de novo {_ON_SCREEN} {_pair_again(address)}"
        return LinkDown(f"O aparelho {address} recusou a porta por Bluetooth.", again)
    if is_left_over(refusal):
        return LinkDown(f"A ligação Bluetooth anterior com {address} ainda não terminou.", _AGAIN)
    said = refusal.text or refusal.name
    return LinkDown(f"O Bluetooth não chegou ao aparelho {address} ({said[:80]}).", f"{_NEAR} {_AGAIN}")


def is_no_profile(refusal: BusRefusal) -> bool:
    """Whether the phone has not, or has not now, the service that was asked for."""
    names = ("org.bluez.Error.NotAvailable", "org.bluez.Error.NotSupported", "org.bluez.Error.DoesNotExist")
    return refusal.name in names or _tells(refusal.text.lower(), _NO_PROFILE)


def is_left_over(refusal: BusRefusal) -> bool:
    """Whether something of an earlier connection stands in the way: ending it and asking again may help."""
    names = ("org.bluez.Error.AlreadyConnected", "org.bluez.Error.InProgress")
    return refusal.name in names or _tells(refusal.text.lower(), _LEFT_OVER)


def _pair_again(address: str) -> str:
    return f"recado phones unpair {address} e depois recado phones pair {address}"


def _tells(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _rfkill(entry: Path) -> tuple[bool, bool]:
    """Whether a switch of Bluetooth is off in software, and in hardware."""
    try:
        if (entry / "type").read_text(encoding="ascii").strip() != "bluetooth":
            return False, False
        soft, hard = ((entry / kind).read_text(encoding="ascii").strip() == "1" for kind in ("soft", "hard"))
    except (OSError, UnicodeDecodeError):
        return False, False
    return soft, hard
