"""A machine in a folder: USB modems and their ttys as sysfs shows them, and programs as /proc does."""

from pathlib import Path

from recado.links.machine import Machine


class FakeMachine:
    """Writes what the kernel would show under ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder / "sys", folder / "dev", folder / "proc")
        for part in ("sys/class/tty", "sys/bus/usb/devices", "dev", "proc"):
            (folder / part).mkdir(parents=True)

    def plug(
        self,
        place: str,
        vid: str,
        pid: str,
        ttys: dict[str, int],
        *,
        serial: str | None = None,
        product: str | None = None,
        protocols: dict[int, str] | None = None,
    ) -> None:
        """Plug a USB device in at ``place`` (``1-2``): its ttys, and the interface of each."""
        device = self.machine.sysfs / "devices/pci0000:00/usb1" / place
        device.mkdir(parents=True)
        (self.machine.sysfs / "bus/usb/devices" / place).symlink_to(device)
        for name, value in (("idVendor", vid), ("idProduct", pid), ("serial", serial), ("product", product)):
            if value is not None:
                (device / name).write_text(f"{value}\n")
        for tty, interface in ttys.items():
            folder = device / f"{place}:1.{interface}"
            # An ACM modem has its tty right under the interface, a USB serial converter one folder deeper.
            deeper = folder / tty if tty.startswith("ttyUSB") else folder
            (deeper / "tty" / tty).mkdir(parents=True)
            (folder / "bInterfaceNumber").write_text(f"{interface:02x}\n")
            (folder / "bInterfaceProtocol").write_text(f"{(protocols or {}).get(interface, 'ff')}\n")
            (self.machine.sysfs / "class/tty" / tty).symlink_to(deeper / "tty" / tty)
            (self.machine.dev / tty).touch()

    def unplug(self, place: str) -> None:
        """Pull the device at ``place`` out."""
        device = (self.machine.sysfs / "bus/usb/devices" / place).resolve()
        (self.machine.sysfs / "bus/usb/devices" / place).unlink()
        for entry in (self.machine.sysfs / "class/tty").iterdir():
            if device in entry.resolve().parents:
                (self.machine.dev / entry.name).unlink()
                entry.unlink()
        for path in sorted(device.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        device.rmdir()

    def run(self, pid: int, name: str, *files: Path) -> None:
        """Let a program run that has ``files`` open."""
        process = self.machine.proc / str(pid)
        (process / "fd").mkdir(parents=True)
        (process / "comm").write_text(f"{name}\n")
        for number, path in enumerate(files, start=3):
            (process / "fd" / str(number)).symlink_to(path.resolve())
