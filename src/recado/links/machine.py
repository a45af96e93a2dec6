"""The machine as the kernel shows it: where devices, their USB identities and the running programs are found."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """The roots of the three file systems that are looked into; tests give folders of their own."""

    sysfs: Path = Path("/sys")
    dev: Path = Path("/dev")
    proc: Path = Path("/proc")


THIS_MACHINE = Machine()
