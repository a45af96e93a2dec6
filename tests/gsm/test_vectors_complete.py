"""The conformance lists themselves: nothing forgotten, nothing that no longer exists."""

from . import test_vectors_fields, test_vectors_pdu, test_vectors_split
from .conformance import LEFT_OUT, READ_OTHERWISE, cases, everything, load


def _checked() -> set[str]:
    pdus = cases("decode", "submit", "deliver", "status_report") + cases("encode", "submit", "deliver")
    fields = [case for section in test_vectors_fields.FIELDS.values() for case in section]
    single = test_vectors_fields.PACKED + test_vectors_fields.INVALID + test_vectors_fields.TABLES + fields
    return {case.id for case in pdus + test_vectors_split.CHECKED + single}


def test_every_vector_is_checked_or_listed() -> None:
    names = list(everything())
    assert len(names) == len(set(names)) > 500
    assert set(names) - _checked() == {name for _, name in LEFT_OUT} - _checked()


def test_the_lists_name_only_vectors_that_exist() -> None:
    names = set(everything())
    listed = [name for _, name in LEFT_OUT] + [name for name, _ in READ_OTHERWISE]
    assert set(listed) | set(test_vectors_pdu.NOT_REWRITTEN) <= names


def test_every_reason_is_a_sentence() -> None:
    reasons = [*LEFT_OUT.values(), *READ_OTHERWISE.values(), *test_vectors_pdu.NOT_REWRITTEN.values()]
    assert all(len(reason.split()) >= 5 for reason in reasons)


def test_every_vector_names_its_source() -> None:
    files = ("submit", "deliver", "status_report", "split", "gsm7_packing", "invalid", "fields")
    vectors = [vector for file in files for _, vector in load(file)]
    assert all(vector["source"]["repo"] and vector["source"]["licence"] for vector in vectors)
