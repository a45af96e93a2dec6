"""A service on a message bus of a test, which answers calls from a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, ClassVar

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus


class OnABus:
    """Takes the calls to `NAME`; a subclass answers each in `_answer`."""

    NAME: ClassVar[str]

    def __init__(self, address: str) -> None:
        self.address = address
        self._bus: MessageBus | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self) -> None:
        self._run(self._start())

    def stop(self) -> None:
        """Go away as a daemon does that is stopped or killed; `start` brings a new one."""
        self._run(self._stop())

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _start(self) -> None:
        self._bus = await MessageBus(bus_address=self.address, negotiate_unix_fd=True).connect()
        self._bus.add_message_handler(self._heed)
        await self._bus.request_name(self.NAME)

    async def _stop(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()
            self._bus = None

    def _heed(self, message: Message) -> bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.destination != self.NAME:
            return None
        task = self._loop.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _answer(self, message: Message) -> None:
        raise NotImplementedError
