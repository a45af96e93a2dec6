"""What a code from the phone or the network means, and what it asks of the sender.

The knowledge is in the tables (`cms_codes`, `cme_codes`, `status_codes`); here it is looked up. No code is
unknown to the point of an exception: one that is not listed reads as the range it falls in.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, TypeVar

from recado.gsm import cme_codes, cms_codes, status_codes
from recado.gsm.meaning import Cause, CodeMeaning, ReportOutcome, ReportStatus, Row, Verdict

__all__ = ["Cause", "CodeMeaning", "ReportOutcome", "ReportStatus", "Verdict", "cme", "cms", "report_status"]

_CMS = {row[0]: row for row in cms_codes.CMS_ROWS}
_CME = {row[0]: row for row in cme_codes.CME_ROWS}
_STATUS = {row[0]: row for row in status_codes.STATUS_ROWS}

_AnyRow = TypeVar("_AnyRow", bound=tuple[int, *tuple[object, ...]])


def cms(code: int) -> CodeMeaning:
    """The meaning of `+CMS ERROR: <code>`; never raises."""
    return _meaning(code, "CMS", _CMS.get(code) or _of_range(cms_codes.UNLISTED, code))


def cme(code: int) -> CodeMeaning:
    """The meaning of `+CME ERROR: <code>`; never raises."""
    return _meaning(code, "CME", _CME.get(code) or _of_range(cme_codes.UNLISTED, code))


def report_status(tp_st: int) -> ReportStatus:
    """The meaning of TP-ST, one octet of a delivery report; never raises."""
    _, name, outcome, cause, reason = _STATUS.get(tp_st) or _of_range(status_codes.UNLISTED, tp_st)
    return ReportStatus(tp_st, name, outcome, cause, reason)


def _meaning(code: int, family: Literal["CMS", "CME"], row: Row) -> CodeMeaning:
    _, name, verdict, cause, reason = row
    return CodeMeaning(code, family, name, verdict, cause, reason)


def _of_range(ranges: Sequence[_AnyRow], code: int) -> _AnyRow:
    return ranges[max(0, bisect_right([row[0] for row in ranges], code) - 1)]
