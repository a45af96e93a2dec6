"""What a type's text costs: parts, room left, encoding, what folding changes, with usual and longest values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recado import parameters
from recado.gsm import Change, EncodeError, EncodingPolicy, Part, segment
from recado.gsm.alphabet import encode_septets
from recado.gsm.coding import Encoding
from recado.gsm.userdata import MAX_USER_DATA_OCTETS
from recado.outbox.enqueue import company_values
from recado.outbox.templates import FIELDS, TemplateRefused, fill

# A part holds at most 160 characters: what is searched for lies within.
_MOST_IN_A_PART = 160


@dataclass(frozen=True, slots=True)
class Measure:
    """A filled text as it goes over the air.

    `places`: what the text takes, in septets, or in UTF-16 units of a `unicode` one; `capacity`: how many of them a
    part holds beside its header; `wide`: the characters that take two. `portuguese`: some need the national tables.
    `room`: how many plain characters more keep the number of parts; `over`: how many fewer would save one part (0 for a
    text in one part). `changes` of folding, in order.
    """

    text: str
    parts: tuple[str, ...]
    unicode: bool
    portuguese: bool
    places: int
    capacity: int
    wide: tuple[str, ...]
    room: int
    over: int
    changes: tuple[Change, ...]

    @property
    def characters(self) -> int:
        return len(self.text)


def measure(text: str, policy: EncodingPolicy) -> Measure:
    """Measure a filled text. Raises EncodeError for one that cannot be sent."""
    cut = segment(text, policy)
    count, first = len(cut.parts), cut.parts[0]
    header = _header_octets(first)
    unicode = cut.encoding is Encoding.UCS2
    return Measure(
        text=cut.text,
        parts=tuple(part.text for part in cut.parts),
        unicode=unicode,
        portuguese=bool(first.locking or first.single),
        places=sum(_places(character, first) for character in cut.text),
        capacity=(MAX_USER_DATA_OCTETS - header) // 2 if unicode else _septets_beside(header),
        wide=tuple(dict.fromkeys(character for character in cut.text if _places(character, first) > 1)),
        room=_room(text, policy, count),
        over=_over(text, policy, count),
        changes=cut.changes,
    )


def sample_values(protocol: str) -> dict[str, str]:
    """Usual values of every field, for a text that only shows itself."""
    own = {"PROTOCOLO": protocol, "RA": "1000000", "OS": "200000", "TEXTO": "Texto escrito na hora do envio."}
    return own | {"AVALIACAO": parameters.get().evaluation_notice} | company_values()


def longest_values() -> dict[str, str]:
    """The longest value of every field; the company's own are known."""
    longest = {name: field.longest for name, field in FIELDS.items()}
    return longest | {"AVALIACAO": parameters.get().evaluation_notice} | company_values()


def measure_template(template: str, policy: EncodingPolicy, values: Mapping[str, str]) -> Measure:
    """Fill and measure. Raises TemplateRefused (pt-BR) for what cannot be filled or sent."""
    try:
        return measure(fill(template, values), policy)
    except EncodeError as fault:
        place = next((place for place, letter in enumerate(template, 1) if not _sendable(letter, policy)), None)
        raise TemplateRefused(
            "O texto é longo demais para um SMS."
            if place is None
            else f"O caractere na posição {place} não aparece em nenhum celular. Retire-o."
        ) from fault


def _header_octets(part: Part) -> int:
    return part.user_data[0] + 1 if part.udhi else 0


def _septets_beside(header: int) -> int:
    # Text begins at the next whole septet after the header (3GPP TS 23.040 §9.2.3.24).
    return MAX_USER_DATA_OCTETS * 8 // 7 - -(-header * 8 // 7)


def _places(character: str, part: Part) -> int:
    if part.encoding is Encoding.UCS2:
        return len(character.encode("utf-16-be")) // 2
    return len(encode_septets(character, part.locking, part.single) or b"")


def _sendable(character: str, policy: EncodingPolicy) -> bool:
    try:
        segment(character, policy)
    except EncodeError:
        return False
    return True


def _room(text: str, policy: EncodingPolicy, count: int) -> int:
    low, high = 0, _MOST_IN_A_PART
    while low < high:
        middle = (low + high + 1) // 2
        if _parts(text + "x" * middle, policy) <= count:
            low = middle
        else:
            high = middle - 1
    return low


def _over(text: str, policy: EncodingPolicy, count: int) -> int:
    if count == 1:
        return 0
    low, high = 1, min(len(text), _MOST_IN_A_PART)
    while low < high:
        middle = (low + high) // 2
        if _parts(text[:-middle], policy) < count:
            high = middle
        else:
            low = middle + 1
    return low


def _parts(text: str, policy: EncodingPolicy) -> int:
    try:
        return len(segment(text, policy).parts)
    except EncodeError:
        # One part too many for any message.
        return 10**6
