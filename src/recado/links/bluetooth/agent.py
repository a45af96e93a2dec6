"""The pairing agent: BlueZ asks, a person answers (org.bluez.Agent1). It speaks for one phone only.

It is never the machine's default agent, so nobody can pair from outside through it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from recado.links.bluetooth.bluez import SERVICE
from recado.links.bluetooth.bus import Answer, Bus, BusRefusal, Request

T = TypeVar("T")

AGENT = "org.bluez.Agent1"
_MANAGER = "org.bluez.AgentManager1"
_PATH = "/recado/agent"
_REJECTED = "org.bluez.Error.Rejected"


class Person(Protocol):
    """Who stands before phone and computer. The methods are called in a thread of their own and may wait."""

    def same_number(self, number: str) -> bool:
        """Whether the phone shows `number` (six digits), and the person wants to go on."""
        ...

    def pin(self) -> str | None:
        """The PIN to give the phone, 1 to 16 characters; `None` to give up."""
        ...

    def show(self, number: str) -> None:
        """Have `number` typed in on the phone."""
        ...


class Agent:
    """Answers for the device object `device` while it is registered."""

    def __init__(self, bus: Bus, device: str, person: Person) -> None:
        self._bus = bus
        self._device = device
        self._person = person

    async def register(self) -> None:
        """Begin to answer. Raises `BusRefusal`."""
        self._bus.export(_PATH, AGENT, self._answer)
        # Yes and no, a number to show, and one to type: the person can do it all.
        body = [_PATH, "KeyboardDisplay"]
        await self._bus.call(SERVICE, "/org/bluez", _MANAGER, "RegisterAgent", "os", body)

    async def unregister(self) -> None:
        """Answer no more. Raises `BusRefusal`."""
        self._bus.withdraw(_PATH, AGENT)
        await self._bus.call(SERVICE, "/org/bluez", _MANAGER, "UnregisterAgent", "o", [_PATH])

    async def _answer(self, request: Request) -> Answer:
        if request.member in ("Release", "Cancel"):
            return Answer()
        if not request.body or request.body[0] != self._device:
            raise BusRefusal(_REJECTED, "not the phone that is being paired")
        return await self._of_our_phone(request.member, request.body)

    async def _of_our_phone(self, member: str, body: Any) -> Answer:
        match member:
            case "RequestConfirmation":
                if await _ask(lambda: self._person.same_number(f"{body[1]:06d}")):
                    return Answer()
            case "RequestAuthorization":
                # No number to compare: the person was asked before the pairing began.
                return Answer()
            case "RequestPinCode":
                if pin := await _ask(self._person.pin):
                    return Answer("s", [pin])
            case "RequestPasskey":
                pin = await _ask(self._person.pin)
                if pin and pin.isascii() and pin.isdigit():
                    return Answer("u", [int(pin)])
            case "DisplayPinCode" | "DisplayPasskey":
                number = f"{body[1]:06d}" if isinstance(body[1], int) else str(body[1])
                await _ask(lambda: self._person.show(number))
                return Answer()
        raise BusRefusal(_REJECTED, member)


async def _ask(question: Callable[[], T]) -> T:
    """Put `question` in a thread that does not keep the program from ending."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[T] = loop.create_future()

    def settle(give: Callable[[], None]) -> None:
        if not answered.done():
            give()

    def wait() -> None:
        try:
            answer = question()
        except Exception as error:  # noqa: BLE001 - it is raised again where the question was put
            fault = error
            loop.call_soon_threadsafe(settle, lambda: answered.set_exception(fault))
        else:
            loop.call_soon_threadsafe(settle, lambda: answered.set_result(answer))

    threading.Thread(target=wait, name="recado-question", daemon=True).start()
    return await answered
