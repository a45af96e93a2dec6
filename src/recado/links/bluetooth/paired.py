"""Which device object is the phone that a person paired, and what is missing when there is none."""

from __future__ import annotations

from recado.links.bluetooth import refusals
from recado.links.bluetooth.bluez import Device, Snapshot
from recado.links.machine import Machine


def find_paired(snapshot: Snapshot, address: str, machine: Machine, adapter_name: str | None = None) -> Device:
    """Give the device that a person paired, on an adapter that is on, and on `adapter_name` where that is given.

    Raises `LinkDown` and says what is missing.
    """
    if not snapshot.adapters:
        raise refusals.no_adapter(machine)
    if adapter_name is not None and adapter_name not in (adapter.name for adapter in snapshot.adapters):
        raise refusals.no_such_adapter(adapter_name, [adapter.name for adapter in snapshot.adapters])
    known = snapshot.known_as(address, adapter_name)
    everywhere = snapshot.known_as(address)
    if adapter_name is not None and everywhere and everywhere[0].paired and not (known and known[0].paired):
        raise refusals.paired_elsewhere(address, adapter_name)
    if not known or not known[0].paired:
        # With the adapter off nobody can pair either.
        if not any(adapter.powered for adapter in snapshot.adapters):
            raise refusals.adapter_off(snapshot.adapters[0].name, machine)
        raise refusals.not_paired(address, known=bool(known))
    device = known[0]
    adapter = snapshot.adapter(device.adapter)
    if adapter is None or not adapter.powered:
        raise refusals.adapter_off(device.adapter_name, machine)
    if device.blocked:
        raise refusals.blocked(address)
    return device
