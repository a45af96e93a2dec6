"""The steps file is believed where it can be: the same try, the same boot, a writer that is dead."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from recado.gateway import witness as steps
from recado.gateway.translation import HANDED_OVER
from recado.gateway.witness import Witness
from recado.modem.outcome import SendStep
from recado.outbox.doorbell import run_folder
from recado.outbox.models import AttemptResult
from tests.support.outbox import ACCEPTED

_phones = itertools.count(900_000)


@pytest.fixture
def phone_id() -> Iterator[int]:
    number = next(_phones)
    yield number
    (run_folder() / f"phone-{number}.step").unlink(missing_ok=True)


def test_a_step_before_submission_proves_that_nothing_left(phone_id: int) -> None:
    witness = Witness(phone_id)
    witness.step(7, SendStep.PDU)
    witness.close()
    seen = steps.testimony(7, phone_id)
    assert seen is not None
    assert seen.result == AttemptResult.PHONE_DOWN


def test_it_says_nothing_of_another_try(phone_id: int) -> None:
    witness = Witness(phone_id)
    witness.step(7, SendStep.PDU)
    witness.close()
    assert steps.testimony(8, phone_id) is None


def test_a_writer_that_lives_may_go_on_so_its_step_proves_nothing(phone_id: int) -> None:
    witness = Witness(phone_id)
    witness.step(7, SendStep.PDU)
    assert steps.testimony(7, phone_id) is None
    witness.close()
    assert steps.testimony(7, phone_id) is not None


def test_an_answer_is_the_truth_though_the_writer_lives(phone_id: int) -> None:
    witness = Witness(phone_id)
    witness.answered(7, ACCEPTED)
    seen = steps.testimony(7, phone_id)
    witness.close()
    assert seen == ACCEPTED


def test_a_text_that_a_phone_took_is_no_more_than_handed_over(phone_id: int) -> None:
    witness = Witness(phone_id)
    witness.answered(7, HANDED_OVER)
    seen = steps.testimony(7, phone_id)
    witness.close()
    assert seen == HANDED_OVER


def test_a_second_writer_leaves_the_living_ones_word_alone(phone_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_LOCK_WAIT", 0)
    first = Witness(phone_id)
    first.answered(7, ACCEPTED)
    second = Witness(phone_id)
    second.step(8, SendStep.PDU)
    second.close()
    assert steps.testimony(7, phone_id) == ACCEPTED
    first.close()


def test_the_word_of_another_boot_counts_for_nothing(phone_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    witness = Witness(phone_id)
    witness.step(7, SendStep.PDU)
    witness.close()
    monkeypatch.setattr(steps, "boot_id", lambda: "another")
    assert steps.testimony(7, phone_id) is None


@pytest.mark.parametrize("content", [b"", b"\0" * 200, b"{", b"[]", b'{"boot": 1}', b"\xff\xfe"])
def test_a_file_that_cannot_be_read_says_nothing(phone_id: int, content: bytes) -> None:
    (run_folder() / f"phone-{phone_id}.step").write_bytes(content)
    assert steps.testimony(7, phone_id) is None


def test_a_shorter_word_leaves_nothing_of_a_longer_one(phone_id: int) -> None:
    witness = Witness(phone_id)
    witness.answered(7_000_000_000, ACCEPTED)
    witness.step(8, SendStep.PDU)
    witness.close()
    assert steps.testimony(8, phone_id) is not None


def test_no_file_says_nothing(phone_id: int) -> None:
    assert steps.testimony(7, phone_id) is None
