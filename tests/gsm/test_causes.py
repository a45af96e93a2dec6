"""Codes: whose fault each class is, that none is unknown, and that a person can read every reason."""

import pytest

from recado.gsm import Cause, ReportOutcome, Verdict, causes, cme, cms, report_status
from recado.gsm.cme_codes import CME_ROWS
from recado.gsm.cms_codes import CMS_ROWS
from recado.gsm.status_codes import STATUS_ROWS

CLASSES = {
    Verdict.TRANSIENT: "17 22 27 38 41 42 47 98 111 127 192 194 212 255 301 302 314 331 332",
    Verdict.PERMANENT: "1 195 196",
    Verdict.PHONE: "8 10 21 28 29 30 50 69 193 208 209 210 211 213 300 310 311 312 313 315 316 317 318 320 322 330",
    Verdict.OURS: "81 95 96 97 99 128 129 130 143 144 145 159 160 161 175 176 198 199 303 304 305 321",
    Verdict.AMBIGUOUS: "350 500 513",
    Verdict.ACCEPTED: "197",
}


@pytest.mark.parametrize(
    ("code", "verdict"), [(int(code), verdict) for verdict, codes in CLASSES.items() for code in codes.split()]
)
def test_a_cms_code_is_of_its_class(code: int, verdict: Verdict) -> None:
    assert cms(code).verdict is verdict


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (1, Cause.NUMBER_INVALID),
        (8, Cause.BARRED),
        (21, Cause.NO_CREDIT),
        (27, Cause.UNREACHABLE),
        (310, Cause.SIM),
        (330, Cause.SMSC),
        (322, Cause.PHONE_MEMORY),
        (500, Cause.UNCERTAIN),
        (304, Cause.OURS),
    ],
)
def test_a_cms_code_tells_its_cause(code: int, cause: Cause) -> None:
    assert cms(code).cause is cause


def test_a_line_that_cannot_send_waits_and_costs_no_attempt() -> None:
    assert {cme(code).verdict for code in (0, 10, 11, 12, 13, 15, 32)} == {Verdict.PHONE}


@pytest.mark.parametrize("code", [517, 521, 540, 554, 604, 999, 70000])
def test_a_code_only_the_maker_knows_is_ambiguous_because_the_sms_may_have_left(code: int) -> None:
    assert cms(code).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("code", [-1, 0, 2, 126, 131, 224, 260, 333, 499])
def test_a_reserved_code_is_tried_again(code: int) -> None:
    assert (cms(code).verdict, cms(code).cause) == (Verdict.TRANSIENT, Cause.UNKNOWN)


@pytest.mark.parametrize("code", [*range(-2, 1100), 10**9])
def test_every_code_has_a_meaning(code: int) -> None:
    for meaning in (cms(code), cme(code)):
        assert meaning.code == code
        assert meaning.name
        assert meaning.reason.endswith(".")


def test_no_table_lists_a_code_twice() -> None:
    for rows in (CMS_ROWS, CME_ROWS, STATUS_ROWS):
        codes = [row[0] for row in rows]
        assert codes == sorted(set(codes))


def test_every_cause_fits_its_column() -> None:
    assert max(len(cause) for cause in Cause) <= 20


@pytest.mark.parametrize(
    ("status", "outcome", "cause"),
    [
        (0x00, ReportOutcome.DELIVERED, None),
        (0x01, ReportOutcome.UNCONFIRMED, None),
        (0x22, ReportOutcome.TEMPORARY, Cause.UNREACHABLE),
        (0x30, ReportOutcome.TEMPORARY, Cause.UNKNOWN),
        (0x41, ReportOutcome.FAILED, Cause.NUMBER_INVALID),
        (0x46, ReportOutcome.FAILED, Cause.EXPIRED),
        (0x62, ReportOutcome.FAILED, Cause.UNREACHABLE),
        (0xAB, ReportOutcome.FAILED, Cause.UNKNOWN),
    ],
)
def test_a_report_status_tells_what_became_of_the_sms(status: int, outcome: ReportOutcome, cause: Cause | None) -> None:
    assert (report_status(status).outcome, report_status(status).cause) == (outcome, cause)


@pytest.mark.parametrize("status", range(-1, 300))
def test_every_report_status_has_a_meaning(status: int) -> None:
    assert report_status(status).reason.endswith(".")


def test_only_a_zero_status_counts_as_delivered() -> None:
    delivered = [code for code in range(256) if report_status(code).outcome is ReportOutcome.DELIVERED]
    assert delivered == [0]


def test_the_lookups_are_offered_by_the_module() -> None:
    assert (causes.cms, causes.cme, causes.report_status) == (cms, cme, report_status)
