"""A message bus of our own and a BlueZ on it that does as the test says: no Bluetooth, nothing of the system's.

It speaks D-Bus as bluetoothd 5.66 does on the wire; the phone behind an RFCOMM line is the emulator's.
"""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant

from recado.emulator.phone import EmulatedPhone
from tests.links.on_a_bus import OnABus

SPP = "00001101-0000-1000-8000-00805f9b34fb"
DUN = "00001103-0000-1000-8000-00805f9b34fb"
MAS = "00001132-0000-1000-8000-00805f9b34fb"
PHONE = "A4:77:33:00:00:01"
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/>{denied}</policy></busconfig>
"""


class PrivateBus:
    """A dbus-daemon in a folder of its own."""

    def __init__(self, folder: Path, *, denied: str = "") -> None:
        self.socket = folder / "bus"
        self.address = f"unix:path={self.socket}"
        config = folder / "bus.conf"
        config.write_text(_CONFIG.format(socket=self.socket, denied=denied), encoding="utf-8")
        self._command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"]
        self._daemon: subprocess.Popen[bytes] | None = None

    @staticmethod
    def available() -> bool:
        return shutil.which("dbus-daemon") is not None

    def start(self) -> None:
        self._daemon = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._daemon.stdout is not None
        # The address is written once it listens.
        assert self._daemon.stdout.readline(), "dbus-daemon did not start"

    def stop(self) -> None:
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            assert self._daemon.stdout is not None
            self._daemon.stdout.close()
            self.socket.unlink()
            self._daemon = None


@dataclass
class FakeDevice:
    """What BlueZ says of a device. `answers` to `ConnectProfile`: "line", "nothing", "vanish", or an error."""

    address: str = PHONE
    name: str = "Aparelho de teste"
    paired: bool = True
    trusted: bool = True
    blocked: bool = False
    uuids: list[str] = field(default_factory=lambda: [SPP])
    adapter: str = "hci0"
    connected: bool = False
    rssi: int | None = None
    answers: list[str | tuple[str, str]] = field(default_factory=list)
    pairing: str | tuple[str, str] = "none"

    @property
    def path(self) -> str:
        return f"/org/bluez/{self.adapter}/dev_{self.address.replace(':', '_')}"

    def properties(self) -> dict[str, Variant]:
        found = {
            "Address": Variant("s", self.address),
            "Adapter": Variant("o", f"/org/bluez/{self.adapter}"),
            "Alias": Variant("s", self.name),
            "Paired": Variant("b", self.paired),
            "Trusted": Variant("b", self.trusted),
            "Blocked": Variant("b", self.blocked),
            "Connected": Variant("b", self.connected),
            "UUIDs": Variant("as", self.uuids),
            "Class": Variant("u", 0x5A020C),
        }
        if self.rssi is not None:
            found["RSSI"] = Variant("n", self.rssi)
        return found


class FakeBlueZ(OnABus):
    """org.bluez on a private bus. `calls` lists what was asked of it; `lines` are the phones' ends of the lines."""

    NAME = "org.bluez"

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.adapters = {"hci0": True}
        self.devices: dict[str, FakeDevice] = {}
        self.hidden: list[FakeDevice] = []
        """What only discovery brings to light."""
        self.calls: list[tuple[str, str, list[Any]]] = []
        self.lines: list[socket.socket] = []
        self.register_error: tuple[str, str] | None = None
        self.agent_answers: list[Any] = []
        self._profiles: dict[str, tuple[str, str]] = {}
        self._agents: dict[str, str] = {}
        self._cancelled = asyncio.Event()

    def add(self, device: FakeDevice) -> FakeDevice:
        self.devices[device.path] = device
        return device

    def close(self) -> None:
        super().close()
        for line in self.lines:
            line.close()

    def request_disconnection(self, device: FakeDevice) -> None:
        sender, path = next(iter(self._profiles.values()))
        self._run(self._call(sender, path, "org.bluez.Profile1", "RequestDisconnection", "o", [device.path]))

    def offer_line(self, device: FakeDevice) -> str:
        """Hand over a line that nobody asked for; give the error's name, or nothing."""
        return self._run(self._new_connection(device, SPP))

    def members(self) -> list[str]:
        return [member for _, member, _ in self.calls]

    async def _stop(self) -> None:
        await super()._stop()
        # A new daemon knows no profile.
        self._profiles.clear()

    async def _answer(self, message: Message) -> None:
        self.calls.append((message.path or "", message.member or "", list(message.body)))
        try:
            signature, body = await self._do(message)
            reply = Message.new_method_return(message, signature, body)
        except _Refusal as refusal:
            reply = Message.new_error(message, *refusal.args)
        if self._bus is not None:
            await self._bus.send(reply)

    async def _do(self, message: Message) -> tuple[str, list[Any]]:
        device = self.devices.get(message.path or "")
        match message.member:
            case "GetManagedObjects":
                return "a{oa{sa{sv}}}", [self._objects()]
            case "RegisterProfile":
                if self.register_error:
                    raise _Refusal(*self.register_error)
                path, uuid, _ = message.body
                self._profiles[uuid] = (message.sender or "", path)
            case "RegisterAgent":
                self._agents[message.sender or ""] = message.body[0]
            case "UnregisterAgent":
                self._agents.pop(message.sender or "", None)
            case "ConnectProfile" if device:
                await self._connect(device, message.body[0])
            case "CancelPairing" if device:
                self._cancelled.set()
            case "Pair" if device:
                await self._pair(device, message.sender or "")
            case "Set" if device:
                device.trusted = message.body[2].value
            case "StartDiscovery":
                self.devices |= {device.path: device for device in self.hidden}
            case "RemoveDevice":
                del self.devices[message.body[0]]
            case "Get" if device:
                return "v", [device.properties()[message.body[1]]]
            case _ if device is None and "dev_" in (message.path or ""):
                raise _Refusal("org.freedesktop.DBus.Error.UnknownObject", "Method doesn't exist")
        return "", []

    async def _connect(self, device: FakeDevice, uuid: str) -> None:
        answer = device.answers.pop(0) if device.answers else "line"
        if isinstance(answer, tuple):
            raise _Refusal(*answer)
        if answer == "vanish":
            await self._stop()
        elif answer == "line":
            await self._new_connection(device, uuid)

    async def _new_connection(self, device: FakeDevice, uuid: str) -> str:
        assert self._bus is not None
        ours, theirs = socket.socketpair()
        self.lines.append(ours)
        sender, path = self._profiles[uuid]
        with theirs:
            reply = await self._bus.call(
                Message(
                    destination=sender,
                    path=path,
                    interface="org.bluez.Profile1",
                    member="NewConnection",
                    signature="oha{sv}",
                    body=[device.path, 0, {}],
                    unix_fds=[theirs.fileno()],
                )
            )
        return reply.error_name or ""

    async def _pair(self, device: FakeDevice, sender: str) -> None:
        if isinstance(device.pairing, tuple):
            raise _Refusal(*device.pairing)
        if device.pairing == "confirm":
            reply = await self._ask_agent(sender, "RequestConfirmation", "ou", [device.path, 42])
        elif device.pairing == "pin":
            reply = await self._ask_agent(sender, "RequestPinCode", "o", [device.path])
        elif device.pairing == "show":
            reply = await self._ask_agent(sender, "DisplayPasskey", "ouq", [device.path, 42, 0])
        elif device.pairing == "stranger":
            reply = await self._ask_agent(sender, "RequestConfirmation", "ou", ["/org/bluez/hci0/dev_OTHER", 42])
        elif device.pairing == "waits":
            # Nobody touches the phone.
            await self._cancelled.wait()
            raise _Refusal("org.bluez.Error.AuthenticationCanceled", "Authentication Canceled")
        elif device.pairing == "passkey":
            reply = await self._ask_agent(sender, "RequestPasskey", "o", [device.path])
        else:
            reply = None
        if reply is not None and reply.message_type is MessageType.ERROR:
            raise _Refusal("org.bluez.Error.AuthenticationRejected", "Authentication Rejected")
        self.agent_answers += reply.body if reply is not None else []
        device.paired = True
        device.uuids = device.uuids or [SPP]

    async def _ask_agent(self, sender: str, member: str, signature: str, body: list[Any]) -> Message:
        return await self._call(sender, self._agents[sender], "org.bluez.Agent1", member, signature, body)

    async def _call(
        self, destination: str, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> Message:
        assert self._bus is not None
        message = Message(
            destination=destination, path=path, interface=interface, member=member, signature=signature, body=body
        )
        reply = await self._bus.call(message)
        assert reply is not None
        return reply

    def _objects(self) -> dict[str, dict[str, dict[str, Variant]]]:
        found: dict[str, dict[str, dict[str, Variant]]] = {}
        for name, powered in self.adapters.items():
            properties = {"Address": Variant("s", "00:AA:01:00:00:00"), "Powered": Variant("b", powered)}
            found[f"/org/bluez/{name}"] = {"org.bluez.Adapter1": properties}
        for device in self.devices.values():
            found[device.path] = {"org.bluez.Device1": device.properties()}
        return found


class _Refusal(Exception):
    pass


@contextmanager
def emulated_phone(line: socket.socket) -> Iterator[EmulatedPhone]:
    """The emulator's phone at the other end of a line, until the block ends."""
    phone = EmulatedPhone()
    wake, stop = os.pipe()
    thread = threading.Thread(target=serve_line, args=(phone, line, wake), daemon=True)
    thread.start()
    try:
        yield phone
    finally:
        os.close(stop)
        thread.join()
        os.close(wake)


def serve_line(phone: EmulatedPhone, line: socket.socket, wake: int | None = None) -> None:
    """Be the phone on `line` until it is hung up, or `wake` is readable."""
    watched = [line] if wake is None else [line, wake]
    while True:
        due = phone.next_due()
        timeout = None if due is None else max(0.0, due - time.monotonic())
        ready, _, _ = select.select(watched, [], [], timeout)
        if wake in ready:
            return
        try:
            if line in ready:
                data = line.recv(4096)
                if not data:
                    return
                phone.feed(data, time.monotonic())
            # An RFCOMM frame without a byte costs a credit that the other side never gives back.
            if answer := phone.due(time.monotonic()):
                line.sendall(answer)
        except OSError:
            return
