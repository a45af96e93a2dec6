"""A message bus behind a synchronous face: one connection, served by an asyncio loop in a thread of its own.

Whoever calls is a worker's thread or a command; whoever is called back (a profile, an agent) runs in the loop and
must not wait there. The connection is made when it is first wanted, and again after the bus went away.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import CancelledError as FutureCancelled
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, DBusError, InvalidAddressError

T = TypeVar("T")

CALL_TIMEOUT = 25.0
"""Seconds. D-Bus itself gives up at about the same time, where it gives up at all."""
_CONNECT_TIMEOUT = 5.0
_SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"

NO_BUS = "recado.NoBus"
NO_ANSWER = "recado.NoAnswer"
NO_LINE = "recado.NoLine"
_DBUS = "org.freedesktop.DBus"


class BusRefusal(Exception):
    """A call ended in an error. `name` is the D-Bus error's, or one of this module's; `text` its own words."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(f"{name}: {text}" if text else name)
        self.name = name
        self.text = text


@dataclass(frozen=True, slots=True)
class Answer:
    """What an exported object answers: a signature and a body to match."""

    signature: str = ""
    body: Sequence[Any] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Request:
    """A call to an exported object. A descriptor in `body` is the callee's to close."""

    member: str
    body: Sequence[Any]
    sender: str


Exported = Callable[[Request], Awaitable[Answer]]
"""Answers the calls to one object; raises `BusRefusal` to answer with an error."""


class Bus:
    """One message bus. `address` is asked for at each connection; it gives the D-Bus address."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._connecting: asyncio.Lock | None = None
        self._bus: MessageBus | None = None
        self._connections = 0
        self._exported: dict[tuple[str, str], Exported] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._listeners: list[Callable[[Message], None]] = []

    def run(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        """Do `work` in the loop and wait for it. Raises what it raises, and NO_ANSWER when the time is up."""
        future = asyncio.run_coroutine_threadsafe(work, self._running_loop())
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise BusRefusal(NO_ANSWER) from None
        except FutureCancelled:
            raise BusRefusal(NO_ANSWER) from None

    def close(self) -> None:
        """End connection and thread. For tests and short commands; a gateway keeps it for life."""
        with self._starting:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._hang_up(), loop).result(_CONNECT_TIMEOUT)
            loop.call_soon_threadsafe(loop.stop)

    async def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[Any] = (),
        *,
        timeout: float = CALL_TIMEOUT,
    ) -> list[Any]:
        """Call a method and give its answer's body. Raises `BusRefusal`."""
        bus = await self._connected()
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        try:
            reply = await asyncio.wait_for(bus.call(message), timeout)
        except TimeoutError:
            raise BusRefusal(NO_ANSWER, member) from None
        except (OSError, EOFError, DBusError) as error:
            raise BusRefusal(NO_BUS, str(error)) from error
        if reply.message_type is MessageType.ERROR:
            text = reply.body[0] if reply.body and isinstance(reply.body[0], str) else ""
            raise BusRefusal(reply.error_name or "", text)
        return list(reply.body)

    async def owner(self, name: str) -> str:
        """Give a name for who owns `name` now, on this connection to the bus: no later owner has the same.

        Raises `BusRefusal` when nobody owns it.
        """
        (owner,) = await self.call(_DBUS, "/org/freedesktop/DBus", _DBUS, "GetNameOwner", "s", [name])
        return f"{owner} {self._connections}"

    async def listen(self, rule: str, heed: Callable[[Message], None]) -> None:
        """Have `heed` called with every signal; `rule` asks the bus for those that matter."""
        await self.call(_DBUS, "/org/freedesktop/DBus", _DBUS, "AddMatch", "s", [rule])
        if heed not in self._listeners:
            self._listeners.append(heed)

    def export(self, path: str, interface: str, answer: Exported) -> None:
        """Let others on the bus call the object `path`."""
        self._exported[(path, interface)] = answer

    def withdraw(self, path: str, interface: str) -> None:
        """Undo `export`."""
        self._exported.pop((path, interface), None)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._bus, self._connecting = None, None
                threading.Thread(target=self._loop.run_forever, name="recado-dbus", daemon=True).start()
            return self._loop

    async def _connected(self) -> MessageBus:
        if self._connecting is None:
            self._connecting = asyncio.Lock()
        async with self._connecting:
            if self._bus is None or not self._bus.connected:
                self._bus = await self._connect()
            return self._bus

    async def _connect(self) -> MessageBus:
        try:
            bus = MessageBus(bus_address=self._address(), negotiate_unix_fd=True)
            await asyncio.wait_for(bus.connect(), _CONNECT_TIMEOUT)
        except (OSError, EOFError, TimeoutError, AuthError, InvalidAddressError) as error:
            raise BusRefusal(NO_BUS, str(error)) from error
        bus.add_message_handler(self._heed)
        self._connections += 1
        return bus

    async def _hang_up(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()

    def _heed(self, message: Message) -> bool | None:
        """Begin to answer a call to an exported object: `True` says that it is ours."""
        if message.message_type is MessageType.SIGNAL:
            for listener in self._listeners:
                listener(message)
            return None
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        answer = self._exported.get((message.path or "", message.interface or ""))
        if answer is None:
            for descriptor in message.unix_fds:
                os.close(descriptor)
            return None
        task = asyncio.get_running_loop().create_task(self._answer(message, answer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        return True

    async def _answer(self, message: Message, answer: Exported) -> None:
        request = Request(message.member or "", _with_descriptors(message), message.sender or "")
        try:
            given = await answer(request)
            reply = Message.new_method_return(message, given.signature, list(given.body))
        except BusRefusal as refusal:
            reply = Message.new_error(message, refusal.name, refusal.text)
        if self._bus is not None and self._bus.connected:
            await self._bus.send(reply)


def system_bus_address() -> str:
    """Where the system's message bus listens (D-Bus specification, well-known buses)."""
    return os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", _SYSTEM_BUS)


def plain(value: Any) -> Any:
    """Give a D-Bus value without the variants around it and within it."""
    if isinstance(value, Variant):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _with_descriptors(message: Message) -> list[Any]:
    """The body with each descriptor itself in place of its number in the list (type `h`)."""
    body = list(message.body)
    for index, kind in enumerate(message.signature_tree.types):
        if kind.signature == "h":
            body[index] = message.unix_fds[body[index]]
    return body
