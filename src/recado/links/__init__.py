"""How a phone is reached: bytes by USB modem, serial cable, TCP and Bluetooth; whole texts by Bluetooth (MAP)."""

from recado.links.bluetooth.map_phone import MapPhone, open_map
from recado.links.bluetooth.rfcomm import open_bluetooth
from recado.links.devices import DeviceDescription, describe_devices
from recado.links.finding import open_usb
from recado.links.holders import Holder
from recado.links.link import (
    BluetoothLink,
    Flow,
    Link,
    LinkSyntaxError,
    MapLink,
    SerialLink,
    TcpLink,
    UsbLink,
    parse_link,
)
from recado.links.machine import THIS_MACHINE, Machine
from recado.links.serial import open_serial
from recado.links.tcp import open_tcp
from recado.modem.errors import LinkDown
from recado.modem.transport import Transport

__all__ = [
    "BluetoothLink",
    "DeviceDescription",
    "Flow",
    "Holder",
    "Link",
    "LinkDown",
    "LinkSyntaxError",
    "Machine",
    "MapLink",
    "MapPhone",
    "SerialLink",
    "TcpLink",
    "UsbLink",
    "describe_devices",
    "open_link",
    "open_map",
    "parse_link",
]


def open_link(link: Link | str, machine: Machine = THIS_MACHINE) -> Transport:
    """Open a line and give its transport.

    Raises ``LinkSyntaxError`` when ``link`` is a text that names none, and ``LinkDown`` (``reason`` and
    ``advice`` in pt-BR) when it cannot be opened: no such device, no permission, in use, refused.
    """
    if isinstance(link, str):
        link = parse_link(link)
    match link:
        case SerialLink():
            return open_serial(link, machine)
        case UsbLink():
            return open_usb(link, machine, lambda tty: open_serial(tty, machine))
        case TcpLink():
            return open_tcp(link)
        case BluetoothLink():
            return open_bluetooth(link)
        case MapLink():
            raise LinkDown(
                f"O aparelho {link} não tem porta de comandos AT: ele recebe o texto inteiro e o envia sozinho.",
                f"Se ele também oferece porta serial, use bluetooth:{link.address}.",
            )
