"""An obexd that does as the test says, on a message bus of the test's own: the phone behind it is a list of messages.

It speaks D-Bus as obexd 5.66 does: a transfer is answered "queued", then told of by signals and taken away; of messages
it tells only once they were listed or came in.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant

from recado.links.bluetooth.bmessage import BMessage, read_bmessage
from tests.links.on_a_bus import OnABus

SESSION = "/org/bluez/obex/client/session0"
FAILED = "org.bluez.obex.Error.Failed"
_ACCESS, _MESSAGE, _TRANSFER = "org.bluez.obex.MessageAccess1", "org.bluez.obex.Message1", "org.bluez.obex.Transfer1"

Refusal = tuple[str, str]


@dataclass
class FakeMessage:
    """A message in the phone. `other`: its recipient, or its sender in the inbox."""

    handle: int
    folder: str
    other: str
    text: str
    content: bytes = b""
    at: str = "20260101T120000"

    @property
    def path(self) -> str:
        return f"{SESSION}/message{self.handle}"


@dataclass
class Behaviour:
    """What the test wants. A refusal is a D-Bus error's name and text; `push_ends` may be "complete", "error", "vanish"
    (the session ends in the middle), "silence" or "die"; `moves_to` is the folder where a pushed message is then."""

    session_error: Refusal | None = None
    folder_errors: list[Refusal | None] = field(default_factory=list)
    push_error: Refusal | None = None
    push_ends: str = "complete"
    moves_to: str = "sent"
    list_error: Refusal | None = None
    get_ends: str = "complete"


class FakeObexd(OnABus):
    """org.bluez.obex. `pushed` lists what the phone was given; `files` what lay on the disk at that moment."""

    NAME = "org.bluez.obex"

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.behaviour = Behaviour()
        self.messages: list[FakeMessage] = []
        self.pushed: list[BMessage] = []
        self.files: list[Path] = []
        self.calls: list[tuple[str, list[Any]]] = []
        self._transfers = 0
        self._known: set[int] = set()
        self._next = 100

    def members(self) -> list[str]:
        return [member for member, _ in self.calls]

    def told(self, handle: int, status: str) -> None:
        """The phone notifies: obexd passes it on when it knows the message."""
        if handle in self._known:
            self._run(self._changed(f"{SESSION}/message{handle}", _MESSAGE, {"Status": Variant("s", status)}))

    def comes_in(self, sender: str, text: str, *, kind: str = "SMS_GSM", handle: int | None = None) -> FakeMessage:
        """A message comes in, and the phone notifies of it."""
        message = self.put_in(sender, text, kind=kind, handle=handle)
        self._known.add(message.handle)
        properties = {
            "Folder": Variant("s", "/telecom/msg/inbox"),
            "Type": Variant("s", "sms-gsm"),
            "Status": Variant("s", "notification"),
        }
        self._run(self._emit("/", "InterfacesAdded", "oa{sa{sv}}", [message.path, {_MESSAGE: properties}]))
        return message

    def put_in(
        self, sender: str, text: str, *, kind: str = "SMS_GSM", at: str = "20260101T120000", handle: int | None = None
    ) -> FakeMessage:
        """A message is in the inbox; nobody is told."""
        self._next += 1
        content = (
            f"BEGIN:BMSG\r\nVERSION:1.0\r\nSTATUS:UNREAD\r\nTYPE:{kind}\r\nFOLDER:telecom/msg/inbox\r\nBEGIN:VCARD\r\n"
            f"VERSION:3.0\r\nN:\r\nTEL:{sender}\r\nEND:VCARD\r\nBEGIN:BENV\r\nBEGIN:BBODY\r\nCHARSET:UTF-8\r\n"
            f"LENGTH:0\r\nBEGIN:MSG\r\n{text}\r\nEND:MSG\r\nEND:BBODY\r\nEND:BENV\r\nEND:BMSG\r\n"
        )
        message = FakeMessage(handle or self._next, "inbox", sender, text, content.encode(), at)
        self.messages.append(message)
        return message

    def drop(self) -> None:
        """The phone goes away: the session is no more."""
        self._run(self._gone())

    async def _answer(self, message: Message) -> None:
        self.calls.append((message.member or "", list(message.body)))
        after: Coroutine[Any, Any, None] | None = None
        try:
            signature, body, after = await self._do(message)
            reply = Message.new_method_return(message, signature, body)
        except _Refusal as refusal:
            reply = Message.new_error(message, *refusal.args)
        if self._bus is not None:
            await self._bus.send(reply)
        if after is not None:
            await after

    async def _do(self, message: Message) -> tuple[str, list[Any], Coroutine[Any, Any, None] | None]:
        wanted, body = self.behaviour, message.body
        match message.member:
            case "CreateSession":
                _refuse(wanted.session_error)
                return "o", [SESSION], None
            case "SetFolder":
                _refuse(wanted.folder_errors.pop(0) if wanted.folder_errors else None)
            case "PushMessage":
                _refuse(wanted.push_error)
                return "oa{sv}", *self._transfer(self._push(Path(body[0]), body[1]))
            case "ListMessages":
                _refuse(wanted.list_error)
                return "a{oa{sv}}", [self._list(body[0], body[1]["MaxCount"].value)], None
            case "Get":
                handle = int((message.path or "").rpartition("message")[2])
                return "oa{sv}", *self._transfer(self._get(handle, Path(body[0])))
        return "", [], None

    def _transfer(self, work: Any) -> tuple[list[Any], Coroutine[Any, Any, None]]:
        self._transfers += 1
        path = f"{SESSION}/transfer{self._transfers}"
        return [path, {"Status": Variant("s", "queued")}], work(path)

    def _push(self, file: Path, folder: str) -> Any:
        content = file.read_bytes()
        self.files.append(file)

        async def go_on(path: str) -> None:
            ends = self.behaviour.push_ends
            await self._changed(path, _TRANSFER, {"Status": Variant("s", "active")})
            if ends in ("complete", "taken_then_vanish"):
                self._take(read_bmessage(content), folder)
            if ends == "die":
                await self._stop()
            elif ends.endswith("vanish"):
                await self._gone()
            elif ends != "silence":
                await self._end(path, ends)

        return go_on

    def _take(self, message: BMessage, folder: str) -> None:
        self.pushed.append(message)
        self._next += 1
        self.messages.append(
            FakeMessage(self._next, self.behaviour.moves_to, message.recipients[0].number, message.text)
        )

    def _get(self, handle: int, file: Path) -> Any:
        async def go_on(path: str) -> None:
            if self.behaviour.get_ends == "complete":
                file.write_bytes(next(one.content for one in self.messages if one.handle == handle))
            await self._end(path, self.behaviour.get_ends)

        return go_on

    def _list(self, folder: str, most: int) -> dict[str, dict[str, Variant]]:
        found = [message for message in reversed(self.messages) if message.folder == folder][:most]
        self._known |= {message.handle for message in found}
        other = "SenderAddress" if folder == "inbox" else "RecipientAddress"
        return {
            message.path: {
                other: Variant("s", message.other),
                "Subject": Variant("s", message.text[:60]),
                "Timestamp": Variant("s", message.at),
                "Sent": Variant("b", folder == "sent"),
            }
            for message in found
        }

    async def _end(self, path: str, status: str) -> None:
        await self._changed(path, _TRANSFER, {"Status": Variant("s", status)})
        await self._emit("/", "InterfacesRemoved", "oas", [path, [_TRANSFER]])

    async def _gone(self) -> None:
        await self._emit("/", "InterfacesRemoved", "oas", [SESSION, ["org.bluez.obex.Session1", _ACCESS]])
        self.behaviour.folder_errors += [("org.freedesktop.DBus.Error.UnknownObject", "Method doesn't exist")]

    async def _changed(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        await self._emit(path, "PropertiesChanged", "sa{sv}as", [interface, properties, []])

    async def _emit(self, path: str, member: str, signature: str, body: list[Any]) -> None:
        interface = f"org.freedesktop.DBus.{'Properties' if member == 'PropertiesChanged' else 'ObjectManager'}"
        if self._bus is not None:
            await self._bus.send(
                Message(
                    message_type=MessageType.SIGNAL,
                    path=path,
                    interface=interface,
                    member=member,
                    signature=signature,
                    body=body,
                )
            )


def _refuse(error: Refusal | None) -> None:
    if error is not None:
        raise _Refusal(*error)


class _Refusal(Exception):
    pass
