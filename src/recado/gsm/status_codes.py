"""TP-ST of a delivery report as a table (3GPP TS 23.040 §9.2.3.15).

A reserved value reads as "Service rejected", as §9.2.3.15 asks. A value that is the operator's own keeps
what its range says: done, still trying, or given up.
"""

from recado.gsm.meaning import Cause, ReportOutcome

_OFF = "O celular do cliente está desligado, fora de área ou não respondeu."
_TRYING = "A operadora ainda está tentando entregar."
_GAVE_UP = "A operadora desistiu: o celular não foi alcançado dentro do prazo."
_NUMBER = "O número não existe ou não recebe SMS. Confira o celular com o cliente."
_REFUSED = "A operadora não conseguiu entregar a mensagem."
_DELETED = "A operadora apagou a mensagem antes de entregar."
_DELIVERED = "Entregue ao celular do cliente."
_UNCONFIRMED = "A operadora repassou a mensagem, mas não confirma se chegou ao celular."

D, U, T, F = ReportOutcome.DELIVERED, ReportOutcome.UNCONFIRMED, ReportOutcome.TEMPORARY, ReportOutcome.FAILED

StatusRow = tuple[int, str, ReportOutcome, Cause | None, str]

STATUS_ROWS: tuple[StatusRow, ...] = (
    (0x00, "Short message received by the SME", D, None, _DELIVERED),
    (0x01, "Forwarded to the SME, delivery not confirmed", U, None, _UNCONFIRMED),
    (0x02, "Short message replaced by the SC", U, None, "Outra mensagem tomou o lugar desta na operadora."),
    (0x20, "Congestion", T, Cause.NETWORK, _TRYING),
    (0x21, "SME busy", T, Cause.UNREACHABLE, _TRYING),
    (0x22, "No response from SME", T, Cause.UNREACHABLE, _TRYING),
    (0x23, "Service rejected", T, Cause.NETWORK, _TRYING),
    (0x24, "Quality of service not available", T, Cause.NETWORK, _TRYING),
    (0x25, "Error in SME", T, Cause.UNREACHABLE, _TRYING),
    (0x40, "Remote procedure error", F, Cause.NETWORK, _REFUSED),
    (0x41, "Incompatible destination", F, Cause.NUMBER_INVALID, _NUMBER),
    (
        0x42,
        "Connection rejected by SME",
        F,
        Cause.UNREACHABLE,
        "O celular do cliente recusou a mensagem.",
    ),
    (0x43, "Not obtainable", F, Cause.UNREACHABLE, _OFF),
    (0x44, "Quality of service not available", F, Cause.NETWORK, _REFUSED),
    (
        0x45,
        "No interworking available",
        F,
        Cause.NETWORK,
        "A operadora do cliente não aceita SMS deste chip.",
    ),
    (
        0x46,
        "SM validity period expired",
        F,
        Cause.EXPIRED,
        "O prazo acabou antes de o celular ser alcançado.",
    ),
    (0x47, "SM deleted by originating SME", F, Cause.NETWORK, _DELETED),
    (0x48, "SM deleted by SC administration", F, Cause.NETWORK, _DELETED),
    (0x49, "SM does not exist", F, Cause.NETWORK, _DELETED),
    (0x60, "Congestion", F, Cause.NETWORK, _GAVE_UP),
    (0x61, "SME busy", F, Cause.UNREACHABLE, _GAVE_UP),
    (0x62, "No response from SME", F, Cause.UNREACHABLE, _GAVE_UP),
    (0x63, "Service rejected", F, Cause.NETWORK, _REFUSED),
    (0x64, "Quality of service not available", F, Cause.NETWORK, _REFUSED),
    (0x65, "Error in SME", F, Cause.UNREACHABLE, _GAVE_UP),
)

# First value of a range and how a value of it that is not listed reads, in rising order.
UNLISTED: tuple[StatusRow, ...] = (
    (0x03, "Reserved, read as service rejected", F, Cause.UNKNOWN, _REFUSED),
    (0x10, "Operator's own: transaction completed", U, None, _UNCONFIRMED),
    (0x26, "Reserved, read as service rejected", F, Cause.UNKNOWN, _REFUSED),
    (0x30, "Operator's own: temporary error, still trying", T, Cause.UNKNOWN, _TRYING),
    (0x4A, "Reserved, read as service rejected", F, Cause.UNKNOWN, _REFUSED),
    (0x50, "Operator's own: permanent error", F, Cause.UNKNOWN, _REFUSED),
    (0x66, "Reserved, read as service rejected", F, Cause.UNKNOWN, _REFUSED),
    (0x70, "Operator's own: temporary error, given up", F, Cause.UNKNOWN, _GAVE_UP),
    (0x80, "Reserved, read as service rejected", F, Cause.UNKNOWN, _REFUSED),
)
