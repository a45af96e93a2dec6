"""Labels in the order of a Portuguese dictionary: a database puts Água after Ligação, or not, as it was set up."""

from __future__ import annotations

import unicodedata


def dictionary_key(label: str) -> tuple[str, str]:
    """What to sort `label` by: its bare letters in one case, then the label as it is."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", label) if not unicodedata.combining(letter))
    return bare.casefold(), label
