"""Who is written down as the actor where no person acted."""

from __future__ import annotations

PROGRAM = "Recado"
