"""Portuguese letters without their accents: to find what a person writes without them, and to order labels as a
dictionary does. A database puts Água after Ligação, or not, as it was set up.
"""

from __future__ import annotations

import unicodedata


def dictionary_key(label: str) -> tuple[str, str]:
    """What to sort `label` by: its bare letters in one case, then the label as it is."""
    return _bare(unicodedata.normalize("NFD", label)).casefold(), label


def without_accents(text: str) -> str:
    """`text` by its bare letters, in the case that they have; what only looks another way (ª, ﬁ) is plain too."""
    return _bare(unicodedata.normalize("NFKD", text))


def _bare(taken_apart: str) -> str:
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))
