"""A certificate of our own for 127.0.0.1, made by openssl when a test asks for it: none lies in the repository."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_MAKE = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=correio.example"


@dataclass(frozen=True)
class Certificate:
    """PEM files."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """What a server of the tests presents."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificate(folder: Path, name: str = "IP:127.0.0.1") -> Certificate:
    """Make one that signs itself, for the subject alternative `name`."""
    made = Certificate(folder / "correio.pem", folder / "correio.key")
    command = [*_MAKE.split(), "-addext", f"subjectAltName={name}"]
    subprocess.run([*command, "-out", made.certificate, "-keyout", made.key], check=True, capture_output=True)
    return made
