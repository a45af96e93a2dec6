"""Finding phones, pairing with one and forgetting it: only when a person asks, and only with the phone that was named.

This machine is never made visible to others: it is always this side that calls.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dbus_fast import Variant

from recado.links.bluetooth import refusals
from recado.links.bluetooth.agent import Agent, Person
from recado.links.bluetooth.bluez import (
    ADAPTER,
    DEVICE,
    DIAL_UP,
    MESSAGE_ACCESS,
    SERIAL_PORT,
    SERVICE,
    Adapter,
    Device,
    Snapshot,
    look,
)
from recado.links.bluetooth.bus import NO_ANSWER, Bus, BusRefusal, system_bus_address
from recado.links.bluetooth.paired import find_paired
from recado.links.link import BluetoothLink, Link, MapLink
from recado.links.machine import THIS_MACHINE, Machine
from recado.modem.errors import LinkDown

T = TypeVar("T")

FIND_TIMEOUT = 25.0
PAIR_TIMEOUT = 90.0
"""Seconds for the person at the phone; phones themselves give up after 30 to 60."""
_SERVICES_TIMEOUT = 15.0
_EACH = 0.3


@dataclass(frozen=True, slots=True)
class Found:
    """A device and how it can send; no link when it offers no way, or has not told yet (`told`)."""

    address: str
    name: str
    signal_dbm: int | None
    paired: bool
    trusted: bool
    is_phone: bool
    links: tuple[Link, ...]
    told: bool


class Pairing:
    """What a person may ask of the machine's Bluetooth. Every method raises `LinkDown` with words in pt-BR."""

    def __init__(self, bus: Bus | None = None, machine: Machine = THIS_MACHINE) -> None:
        self.bus = bus or Bus(system_bus_address)
        self._machine = machine

    def close(self) -> None:
        """Let go of the connection to the bus."""
        self.bus.close()

    def scan(self, seconds: float) -> tuple[Found, ...]:
        """Look around for `seconds`: phones first, then by signal. Paired ones are told even out of reach."""
        return self._run(self._scan(seconds), "", seconds + 30)

    def find(self, address: str, adapter_name: str | None = None) -> Found:
        """Give the device at `address`, looking around for it when it is not known, by that adapter alone if told."""
        return self._run(self._find(address, adapter_name), address, FIND_TIMEOUT + 30)

    def pair(self, address: str, person: Person, adapter_name: str | None = None) -> Found:
        """Pair with `address`, mark it trusted and learn what it offers. A paired one is only marked."""
        work = self._pair(address, person, adapter_name)
        return self._run(work, address, FIND_TIMEOUT + PAIR_TIMEOUT + 60)

    def cancel(self, address: str) -> None:
        """End a `pair` that another thread waits for; nothing where none is under way."""
        with suppress(LinkDown):
            self._run(self._cancel(address), address, 10)

    def paired(self, address: str, adapter_name: str | None = None) -> Found:
        """Give the paired device at `address` on an adapter that is on, or raise what stands in the way."""
        return self._run(self._paired(address, adapter_name), address, 30)

    def unpair(self, address: str) -> bool:
        """Forget the phone on every adapter; whether it was known at all."""
        return self._run(self._unpair(address), address, 30)

    def _run(self, work: Coroutine[Any, Any, T], address: str, timeout: float) -> T:
        try:
            return self.bus.run(work, timeout)
        except BusRefusal as refusal:
            raise refusals.explain(refusal, address) from refusal

    async def _scan(self, seconds: float) -> tuple[Found, ...]:
        snapshot = await self._usable()
        async with self._discovery(snapshot):
            await asyncio.sleep(seconds)
            found = [_found(device) for device in (await look(self.bus)).devices if device.paired or device.rssi]
        return tuple(sorted(found, key=lambda one: (not one.is_phone, -(one.signal_dbm or -999), one.address)))

    async def _find(self, address: str, adapter_name: str | None) -> Found:
        return _found(await self._device(address, adapter_name))

    async def _device(self, address: str, adapter_name: str | None) -> Device:
        snapshot = await self._usable(adapter_name)
        if known := snapshot.known_as(address, adapter_name):
            return known[0]
        async with self._discovery(snapshot):
            limit = time.monotonic() + FIND_TIMEOUT
            while time.monotonic() < limit:
                await asyncio.sleep(_EACH)
                if known := (await look(self.bus)).known_as(address, adapter_name):
                    return known[0]
        raise LinkDown(
            f"O aparelho {address} não foi encontrado.",
            "Deixe-o por perto, com o Bluetooth ligado e visível para outros aparelhos, e tente de novo.",
        )

    async def _pair(self, address: str, person: Person, adapter_name: str | None) -> Found:
        device = await self._device(address, adapter_name)
        if not device.paired:
            agent = Agent(self.bus, device.path, person)
            await agent.register()
            try:
                await self.bus.call(SERVICE, device.path, DEVICE, "Pair", timeout=PAIR_TIMEOUT)
            except BusRefusal as refusal:
                if refusal.name != "org.bluez.Error.AlreadyExists":
                    raise _explain_pairing(refusal, address) from refusal
            finally:
                with suppress(BusRefusal):
                    await agent.unregister()
        body = [DEVICE, "Trusted", Variant("b", True)]
        await self.bus.call(SERVICE, device.path, "org.freedesktop.DBus.Properties", "Set", "ssv", body)
        return _found(await self._with_services(address, adapter_name), adapter_name)

    async def _cancel(self, address: str) -> None:
        for device in (await look(self.bus)).known_as(address):
            if not device.paired:
                await self.bus.call(SERVICE, device.path, DEVICE, "CancelPairing", timeout=5.0)

    async def _with_services(self, address: str, adapter_name: str | None) -> Device:
        """BlueZ asks the phone for its services once it is paired; that takes some seconds."""
        limit = time.monotonic() + _SERVICES_TIMEOUT
        while True:
            known = (await look(self.bus)).known_as(address, adapter_name)
            if known and (known[0].uuids or time.monotonic() >= limit):
                return known[0]
            if not known:
                raise refusals.not_paired(address, known=False)
            await asyncio.sleep(_EACH)

    async def _paired(self, address: str, adapter_name: str | None) -> Found:
        return _found(find_paired(await look(self.bus), address, self._machine, adapter_name))

    async def _unpair(self, address: str) -> bool:
        devices = (await look(self.bus)).known_as(address)
        for device in devices:
            await self.bus.call(SERVICE, device.adapter, ADAPTER, "RemoveDevice", "o", [device.path])
        return bool(devices)

    async def _usable(self, adapter_name: str | None = None) -> Snapshot:
        """Give what BlueZ knows, as seen by `adapter_name` alone if so told; raises when no adapter is on."""
        snapshot = await look(self.bus)
        if adapter_name is not None:
            named = tuple(adapter for adapter in snapshot.adapters if adapter.name == adapter_name)
            if not named:
                raise refusals.no_such_adapter(adapter_name, [adapter.name for adapter in snapshot.adapters])
            snapshot = replace(snapshot, adapters=named)
        if not snapshot.adapters:
            raise refusals.no_adapter(self._machine)
        if not any(adapter.powered for adapter in snapshot.adapters):
            raise refusals.adapter_off(snapshot.adapters[0].name, self._machine)
        return snapshot

    @asynccontextmanager
    async def _discovery(self, snapshot: Snapshot) -> AsyncIterator[None]:
        """Look around with every adapter that is on, until the block ends."""
        adapters = [adapter for adapter in snapshot.adapters if adapter.powered]
        for adapter in adapters:
            await self._of_adapter(adapter, "SetDiscoveryFilter", "a{sv}", [{"Transport": Variant("s", "bredr")}])
            await self._of_adapter(adapter, "StartDiscovery")
        try:
            yield
        finally:
            for adapter in adapters:
                with suppress(BusRefusal):
                    await self._of_adapter(adapter, "StopDiscovery")

    async def _of_adapter(self, adapter: Adapter, member: str, signature: str = "", body: Sequence[Any] = ()) -> None:
        await self.bus.call(SERVICE, adapter.path, ADAPTER, member, signature, body)


def _found(device: Device, adapter_name: str | None = None) -> Found:
    """What is told of `device`; its links name the adapter where the person did."""
    links: list[Link] = []
    if SERIAL_PORT in device.uuids or DIAL_UP in device.uuids:
        links.append(BluetoothLink(device.address, adapter_name))
    if MESSAGE_ACCESS in device.uuids:
        links.append(MapLink(device.address))
    return Found(
        address=device.address,
        name=device.name,
        signal_dbm=device.rssi,
        paired=device.paired,
        trusted=device.trusted,
        is_phone=device.is_phone,
        links=tuple(links),
        told=bool(device.uuids),
    )


def _explain_pairing(refusal: BusRefusal, address: str) -> LinkDown:
    """What pairing ended in; all else is as for a connection."""
    kind = refusal.name.removeprefix("org.bluez.Error.")
    if kind in ("AuthenticationFailed", "AuthenticationRejected"):
        return LinkDown(
            f"O pareamento com {address} foi recusado, ou o PIN não confere.",
            "Tente de novo e aceite o pedido no aparelho, com o mesmo número ou PIN nos dois lados.",
        )
    if kind in ("AuthenticationCanceled", "AuthenticationTimeout") or refusal.name == NO_ANSWER:
        return LinkDown(
            f"O pareamento com {address} não foi confirmado a tempo.",
            "Tente de novo e responda nos dois lados em meio minuto.",
        )
    if kind == "ConnectionAttemptFailed":
        return LinkDown(
            f"O aparelho {address} está fora de alcance ou desligado.",
            "Deixe-o por perto, com o Bluetooth ligado e visível, e tente de novo.",
        )
    return refusals.explain(refusal, address)
