"""What the virtual machine needs that this one may not have: fetched from Debian's archive, unpacked, not installed.

A kernel is always fetched: the running one may be of a container's host, or lack Bluetooth. Programs are fetched only
when they are missing here. Everything lands in one tree, which the guest lays over this machine's own root.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "qemu-system-x86": "qemu-system-x86_64",
    "bluez": "bluetoothctl",
    "bluez-test-tools": "btvirt",
    "bluez-obexd": "/usr/libexec/bluetooth/obexd",
    "dbus": "dbus-daemon",
    "busybox-static": "busybox",
    "kmod": "kmod",
}
"""Debian package, and the program by which it is known to be there."""

_KERNEL = re.compile(r"linux-image-(\d+\.\d+\.\d+\S*)-amd64")
_FAULTY = ("6.1.0-55", "6.1.0-56")
"""Kernels 6.1.192: a virtual controller that looks for an unreachable phone brings them down."""
_BASES = ("bin", "sbin", "lib", "lib64")


class CannotRun(Exception):
    """The test cannot take place here; the text says why and what to do."""


def provide(cache: Path) -> Path:
    """Give the tree with kernel and missing programs, from the cache where it is there. Raises `CannotRun`."""
    if platform.machine() != "x86_64" or shutil.which("apt-get") is None:
        raise CannotRun("it takes an x86-64 machine with Debian's packages (apt-get)")
    try:
        return _provide(cache)
    except CannotRun as error:
        # Lists that are missing or old: root can mend that, anybody can use what was fetched before.
        if os.geteuid() == 0 and _refreshed():
            return _provide(cache)
        kept = sorted(cache.glob("tree-*/complete"), key=lambda path: path.stat().st_mtime)
        if not kept:
            raise
        sys.stdout.write(f"{error}: using what was fetched before\n")
        return kept[-1].parent


def _provide(cache: Path) -> Path:
    kernel = _newest_kernel()
    packages = [kernel, *_with_dependencies([name for name, program in PROGRAMS.items() if not _is_here(program)])]
    name = hashlib.sha256(" ".join(sorted(packages)).encode()).hexdigest()[:12]
    tree = cache / f"tree-{name}"
    if not (tree / "complete").exists():
        shutil.rmtree(tree, ignore_errors=True)
        _fetch(packages, cache / "debs", tree)
        (tree / "complete").touch()
    return tree


def program(tree: Path, name: str) -> str:
    """Give the path of a program: this machine's, or else the tree's."""
    for folder in ("usr/bin", "usr/sbin"):
        if (found := tree / folder / name).exists():
            return str(found)
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or name


def _is_here(program: str) -> bool:
    return Path(program).exists() or shutil.which(program) is not None or Path("/usr/sbin", program).exists()


def _newest_kernel() -> str:
    """The newest 6.12, else the newest there is without the fault."""
    names = _apt("apt-cache", "pkgnames", "linux-image-").split()
    found = {name: match.group(1) for name in names if (match := _KERNEL.fullmatch(name))}
    sound = {name: version for name, version in found.items() if not re.search(r"-(rt|cloud)$", version)}
    sound = {name: version for name, version in sound.items() if not version.startswith(_FAULTY)}
    if not sound:
        raise CannotRun("no kernel package in apt's lists; as root: apt-get update")
    return max(sound, key=lambda name: (sound[name].startswith("6.12."), _numbers(sound[name])))


def _refreshed() -> bool:
    """Read apt's lists anew; whether that went well."""
    try:
        _apt("apt-get", "-q", "update")
    except CannotRun:
        return False
    return True


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _with_dependencies(packages: list[str]) -> list[str]:
    """What installing `packages` would bring along, as apt sees it; nothing is installed."""
    if not packages:
        return []
    planned = _apt("apt-get", "--simulate", "--no-install-recommends", "install", *packages)
    return re.findall(r"^Inst (\S+)", planned, re.MULTILINE)


def _fetch(packages: list[str], debs: Path, tree: Path) -> None:
    debs.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"fetching {len(packages)} packages: {' '.join(packages)}\n")
    _apt("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *packages, cwd=debs)
    for folder in _BASES:
        (tree / "usr" / folder).mkdir(parents=True)
        (tree / folder).symlink_to(f"usr/{folder}")
    for deb in sorted(debs.glob("*.deb")):
        _unpack(deb, tree)
        deb.unlink()
    version = kernel_version(tree)
    # kmod is depmod under another name.
    depmod = tree / "depmod"
    depmod.symlink_to(program(tree, "kmod"))
    subprocess.run([depmod, "-b", tree, version], check=True)


def _unpack(deb: Path, tree: Path) -> None:
    """Unpack into a tree whose /bin, /sbin and /lib are those of /usr, whatever the package still thinks."""
    fresh = tree / "fresh"
    subprocess.run(["dpkg-deb", "-x", deb, fresh], check=True)
    for folder in _BASES:
        if (fresh / folder).is_dir():
            shutil.copytree(fresh / folder, tree / "usr" / folder, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(fresh / folder)
    shutil.copytree(fresh, tree, symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(fresh)


def kernel_version(tree: Path) -> str:
    """The version of the tree's kernel, as its modules' folder says it."""
    return next((tree / "usr/lib/modules").iterdir()).name


def _apt(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise CannotRun(f"{' '.join(command[:2])} failed: {' '.join(words)} (as root, first: apt-get update)")
    return done.stdout
