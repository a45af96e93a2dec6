"""SMS as 3GPP defines it: text to segments to TPDU and back. Pure: no I/O, no clock, no Django.

A text becomes parts (`segment`), a part becomes an SMS-SUBMIT (`build_submit`), and what the phone hands
back is read by `Deliver`, `StatusReport` and the tables of `causes`.
"""

from recado.gsm import causes
from recado.gsm.address import Address
from recado.gsm.alphabet import NationalTable
from recado.gsm.causes import cme, cms, report_status
from recado.gsm.coding import Encoding
from recado.gsm.deliver import Deliver, build_deliver
from recado.gsm.errors import DecodeError, EncodeError, GsmError
from recado.gsm.fold import Change, Folded, fold
from recado.gsm.meaning import Cause, CodeMeaning, ReportOutcome, ReportStatus, Verdict
from recado.gsm.report import StatusReport
from recado.gsm.segment import EncodingPolicy, Part, Segmentation, segment
from recado.gsm.submit import Submit, build_submit
from recado.gsm.udh import Concat, InformationElement, Ports
from recado.gsm.userdata import Content, join_text
from recado.gsm.validity import EnhancedValidity

__all__ = [
    "Address",
    "Cause",
    "Change",
    "CodeMeaning",
    "Concat",
    "Content",
    "DecodeError",
    "Deliver",
    "EncodeError",
    "Encoding",
    "EncodingPolicy",
    "EnhancedValidity",
    "Folded",
    "GsmError",
    "InformationElement",
    "NationalTable",
    "Part",
    "Ports",
    "ReportOutcome",
    "ReportStatus",
    "Segmentation",
    "StatusReport",
    "Submit",
    "Verdict",
    "build_deliver",
    "build_submit",
    "causes",
    "cme",
    "cms",
    "fold",
    "join_text",
    "report_status",
    "segment",
]
