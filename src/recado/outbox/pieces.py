"""What of a message goes out at once: a part as it goes over the air, or the whole text for a phone that cuts it.

The text is the same either way, folded as its type asks; so is what it costs, as far as a phone can be foretold. A
message may meet one kind of phone at its first try and the other at its next: as long as nothing of it has gone, its
segments are written anew for the phone that has it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from recado.gsm import EncodingPolicy, Part, segment
from recado.gsm.segment import Segmentation
from recado.outbox.models import Attempt, Message, Segment, SegmentStatus


@dataclass(frozen=True, slots=True)
class WholeText:
    """A whole text as one piece. `sms`: how many SMS the phone will make of it, as far as one can know."""

    text: str
    sms: int
    index: int = 1
    total: int = 1


Piece: TypeAlias = Part | WholeText


def cut(message: Message) -> Segmentation:
    """Cut the text for the air, as its type asks. Raises EncodeError."""
    return segment(message.text, EncodingPolicy(message.encoding), reference=message.pk & 0xFF)


def pieces_of(message: Message, *, whole: bool) -> tuple[Piece, ...]:
    """The pieces of a message, always the same: the concatenation reference is the message's number modulo 256.

    Raises EncodeError when its text cannot be sent.
    """
    done = cut(message)
    return (WholeText(done.text, sms_by_phone(done.text)),) if whole else done.parts


def piece_of(message: Message, row: Segment) -> Piece:
    """The piece that was begun as `row`. Raises EncodeError."""
    parts = pieces_of(message, whole=False)
    return pieces_of(message, whole=True)[0] if row.total != len(parts) else parts[row.index - 1]


def sms_by_phone(text: str) -> int:
    """How many SMS a phone makes of a text: in the plain alphabet where that holds all of it, else in UCS-2."""
    plain = segment(text, EncodingPolicy.FOLD)
    return len(plain.parts if plain.text == text else segment(text, EncodingPolicy.UCS2).parts)


def recut(message_id: int, pieces: Sequence[Piece]) -> Segment:
    """Write the segments of a message anew, none of which has gone; gives the first, with the tries made so far."""
    rows = list(Segment.objects.filter(message_id=message_id).order_by("index"))
    first, others = rows[0], rows[1:]
    Attempt.objects.filter(segment__in=others).update(segment=first)
    Segment.objects.filter(pk__in=[row.pk for row in others]).delete()
    first.total, first.text = pieces[0].total, pieces[0].text
    first.save(update_fields=["total", "text"])
    Segment.objects.bulk_create(
        Segment(
            message_id=message_id, index=piece.index, total=piece.total, text=piece.text, status=SegmentStatus.PENDING
        )
        for piece in pieces[1:]
    )
    return first
