"""How bytes reach a phone: serial cable and TCP."""

from recado.links.link import Link, LinkSyntaxError, SerialLink, TcpLink, parse_link
from recado.links.serial import open_serial
from recado.links.tcp import open_tcp
from recado.modem.errors import LinkDown
from recado.modem.transport import Transport

__all__ = ["Link", "LinkDown", "LinkSyntaxError", "SerialLink", "TcpLink", "open_link", "parse_link"]


def open_link(link: Link | str) -> Transport:
    """Open a line and give its transport.

    Raises ``LinkSyntaxError`` when ``link`` is a text that names none, and ``LinkDown`` (``reason`` and
    ``advice`` in pt-BR) when it cannot be opened: no such device, no permission, in use, refused.
    """
    if isinstance(link, str):
        link = parse_link(link)
    return open_serial(link) if isinstance(link, SerialLink) else open_tcp(link)
