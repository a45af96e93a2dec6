from recado.gsm import EncodingPolicy
from recado.gsm.causes import Cause
from recado.outbox.models import CAUSES, ENCODINGS, NEEDS_A_PERSON, Message, Status


def test_every_cause_has_a_name_for_people_and_fits_its_column():
    assert {value for value, _ in CAUSES} == {cause.value for cause in Cause}
    assert all(label and len(value) <= 20 for value, label in CAUSES)


def test_every_encoding_policy_can_be_chosen():
    assert {value for value, _ in ENCODINGS} == {policy.value for policy in EncodingPolicy}


def test_every_status_fits_its_column():
    assert max(len(status.value) for status in Status) <= Message._meta.get_field("status").max_length


def test_what_waits_for_a_person_is_not_sent():
    assert set(NEEDS_A_PERSON) == {Status.FAILED, Status.UNCERTAIN}
