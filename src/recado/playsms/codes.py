"""playSMS's own codes, and the English words that it sends with them (`error_string`)."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """What a call came to; `words` is what playSMS says."""

    words: str

    def __new__(cls, number: str, words: str) -> Code:
        code = str.__new__(cls, number)
        code._value_ = number
        code.words = words
        return code

    AUTHENTICATION = "100", "authentication failed"
    UNKNOWN_ACTION = "101", "type of action is invalid or unknown"
    EMPTY_FIELD = "102", "one or more field empty"
    NOT_ENABLED = "105", "webservice token not enable for this user"
    WRONG_ADDRESS = "106", "webservice token not allowed from this IP address"
    SEND_FAILED = "200", "send message failed"
    NOTHING_TO_SEND = "201", "destination number or message is empty"
    NO_STATUS = "400", "no delivery status available"
    STILL_QUEUED = "401", "no delivery status retrieved and SMS still in queue"
    NO_DATA = "501", "no data returned or result is empty"
    NOT_ADMINISTRATOR = "600", "admin level authentication failed"


class CallRefused(Exception):
    """The whole call comes to nothing, for `code`; the caller is told no more than that."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.words)
        self.code = code
