"""A throw-away virtual machine whose root is this machine's own, read only, with a memory file system over it.

The checkout, the virtual environment and Python are found in it at their own paths. There is no KVM in it, no network
and no disk: qemu, a kernel, a busybox, and 9p.
"""

from __future__ import annotations

import gzip
import lzma
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bluetooth.packages import kernel_version, program

_MODULES = ("virtio_pci", "virtio_rng", "9pnet_virtio", "9p", "overlay")
_MEMORY = 768
SILENCE = 120.0
"""Seconds. A machine that says nothing for longer hangs: no step waits as long."""

_INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /sbin /usr/bin /usr/sbin; /bin/busybox --install -s
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read module; do insmod /modules/$module; done < /modules/order
share() { mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,$3 $1 $2 || poweroff -f; }
share root /host cache=loose,ro; share tree /tree cache=loose,ro
mount -t tmpfs top /top; mkdir /top/files /top/work
mount -t overlay -o lowerdir=/tree:/host,upperdir=/top/files,workdir=/top/work overlay /new || poweroff -f
mkdir -p /new/proc /new/sys /new/dev /new/run /new/tmp /new/mnt/io
for folder in proc sys dev; do mount --move /$folder /new/$folder; done
mount -t tmpfs run /new/run
mkdir -p /new/dev/pts /new/dev/shm; mount -t devpts devpts /new/dev/pts; mount -t tmpfs shm /new/dev/shm
share io /new/mnt/io rw
exec switch_root /new /bin/sh /mnt/io/start.sh
"""

_START = """export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
cd {checkout}
# The checkout's own code, whatever the virtual environment thinks is installed.
export PYTHONPATH={checkout}/src
timeout {seconds} {command} </dev/null 2>&1
echo $? >/mnt/io/code
dmesg >/mnt/io/dmesg.log
sync; echo o >/proc/sysrq-trigger; while :; do :; done
"""


class MachineFailed(Exception):
    """The machine ended without having said how its command ended."""


def run(tree: Path, folder: Path, command: list[str], seconds: int) -> int:
    """Run `command` as root in the machine, its words going to our output, and give its exit code.

    `folder` is at /mnt/io in the machine. Raises `MachineFailed`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    initrd = tree.with_suffix(".initrd")
    if not initrd.exists():
        initrd.write_bytes(_initrd(tree))
    start = _START.format(checkout=Path.cwd(), seconds=seconds, command=" ".join(command))
    (folder / "start.sh").write_text(start, encoding="utf-8")
    environment = os.environ | {"LD_LIBRARY_PATH": f"{tree}/usr/lib/x86_64-linux-gnu"}
    with subprocess.Popen(
        _qemu(tree, folder, initrd), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment
    ) as qemu:
        assert qemu.stdout is not None
        try:
            while select.select([qemu.stdout], [], [], SILENCE)[0] and (said := os.read(qemu.stdout.fileno(), 4096)):
                sys.stdout.buffer.write(said.replace(b"\r", b""))
                sys.stdout.flush()
        finally:
            qemu.kill()
    try:
        return int((folder / "code").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        raise MachineFailed(f"the virtual machine hung or ended early; see {folder}") from None


def _qemu(tree: Path, folder: Path, initrd: Path) -> list[str]:
    shares = {"root": ("/", "on"), "tree": (tree, "on"), "io": (folder, "off")}
    command = [program(tree, "qemu-system-x86_64")]
    for data in ("qemu", "seabios"):
        command += ["-L", str(tree / "usr/share" / data), "-L", f"/usr/share/{data}"]
    command += ["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-machine", "q35", "-m", str(_MEMORY)]
    command += ["-nodefaults", "-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot"]
    command += ["-kernel", str(next((tree / "boot").glob("vmlinuz-*"))), "-initrd", str(initrd)]
    command += ["-append", "console=ttyS0 quiet loglevel=3 oops=panic panic=-1"]
    for tag, (path, read_only) in shares.items():
        options = f"local,path={path},mount_tag={tag},security_model=none,readonly={read_only},multidevs=remap"
        command += ["-virtfs", options]
    return [*command, "-device", "virtio-rng-pci"]


def _initrd(tree: Path) -> bytes:
    """A busybox, the modules that reach the shares, and the script that does (cpio's "newc" format, gzipped)."""
    files = {"init": (0o755, _INIT.encode()), "bin/busybox": (0o755, Path(program(tree, "busybox")).read_bytes())}
    order = []
    for path in _module_files(tree):
        name = path.name.removesuffix(".xz")
        data = path.read_bytes()
        files[f"modules/{name}"] = (0o644, lzma.decompress(data) if path.suffix == ".xz" else data)
        order.append(name)
    files["modules/order"] = (0o644, "\n".join([*order, ""]).encode())
    folders = ("bin", "modules", "proc", "sys", "dev", "host", "tree", "top", "new")
    entries = [(folder, 0o040755, b"") for folder in folders]
    entries += [(name, 0o100000 | mode, data) for name, (mode, data) in files.items()]
    return gzip.compress(b"".join(_cpio(entries)), 1)


def _module_files(tree: Path) -> list[Path]:
    modprobe = tree / "modprobe"
    if not modprobe.is_symlink():
        modprobe.symlink_to(program(tree, "kmod"))
    found: dict[Path, None] = {}
    for module in _MODULES:
        command = [modprobe, "-d", tree, "-S", kernel_version(tree), "--show-depends", module]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        words = [line.split() for line in listed.splitlines()]
        found |= {Path(line[1]): None for line in words if line[0] == "insmod"}
    return list(found)


def _cpio(entries: list[tuple[str, int, bytes]]) -> Iterator[bytes]:
    for number, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        yield head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
