"""+CMS ERROR as a table: 0-127 RP-cause (3GPP TS 24.011 §8.2.5.4), 128-255 TP-FCS (3GPP TS 23.040
§9.2.3.22), 300-511 the phone itself (3GPP TS 27.005 §3.2.5), 512 and above the maker.

Makers give one number to different things, and some answer an error for a message that did leave. A maker's
code is therefore listed only where every known meaning asks the same of the sender; the rest is ambiguous.
"""

from recado.gsm.meaning import Cause, Row, Verdict

_NUMBER = "O número não existe ou não recebe SMS. Confira o celular com o cliente."
_OFF = "O celular do cliente está desligado ou fora da área de cobertura."
_NETWORK = "A rede da operadora falhou no momento do envio."
_CONGESTED = "A rede da operadora está congestionada."
_BARRED = "A operadora bloqueou o envio de SMS por este chip. Fale com a operadora."
_CREDIT = "A operadora recusou o envio: o chip pode estar sem crédito ou sem plano de SMS."
_STRANGER = "A rede não reconhece o chip deste aparelho, ou a central de SMS é de outra operadora."
_OURS = "A mensagem foi montada de um jeito que a rede não aceita. Avise a TI."
_COMMAND = "O aparelho não aceitou um comando do Recado. Avise a TI."
_CENTRE = "A central de SMS da operadora não conseguiu aceitar a mensagem agora."
_REFUSED = "A rede recusou a mensagem sem dizer por quê."
_SIM = "Há um problema com o chip do aparelho."
_MEMORY = "A memória de mensagens do aparelho está cheia."
_PHONE = "O aparelho falhou e precisa ser reiniciado."
_BUSY = "O aparelho estava ocupado."
_LINE_BARRED = "O celular do cliente não pode receber SMS: a linha está bloqueada."
_TAKEN = "A operadora já tinha recebido esta mensagem."
_UNCERTAIN = "O aparelho não soube dizer se a mensagem saiu. Confira antes de enviar de novo."

T, P, A, X, Q = Verdict.TRANSIENT, Verdict.PERMANENT, Verdict.PHONE, Verdict.OURS, Verdict.AMBIGUOUS

RP_CAUSES: tuple[Row, ...] = (
    (1, "Unassigned (unallocated) number", P, Cause.NUMBER_INVALID, _NUMBER),
    (8, "Operator determined barring", A, Cause.BARRED, _BARRED),
    (10, "Call barred", A, Cause.BARRED, _BARRED),
    (17, "Network failure", T, Cause.NETWORK, _NETWORK),
    (21, "Short message transfer rejected", A, Cause.NO_CREDIT, _CREDIT),
    (22, "Congestion (memory capacity exceeded)", T, Cause.NETWORK, _CONGESTED),
    (27, "Destination out of order", T, Cause.UNREACHABLE, _OFF),
    (28, "Unidentified subscriber", A, Cause.SIM, _STRANGER),
    (29, "Facility rejected", A, Cause.BARRED, _BARRED),
    (30, "Unknown subscriber", A, Cause.SIM, _STRANGER),
    (38, "Network out of order", T, Cause.NETWORK, _NETWORK),
    (41, "Temporary failure", T, Cause.NETWORK, _NETWORK),
    (42, "Congestion", T, Cause.NETWORK, _CONGESTED),
    (47, "Resources unavailable, unspecified", T, Cause.NETWORK, _CONGESTED),
    (50, "Requested facility not subscribed", A, Cause.NO_CREDIT, _CREDIT),
    (69, "Requested facility not implemented", A, Cause.BARRED, _BARRED),
    (81, "Invalid short message transfer reference value", X, Cause.OURS, _OURS),
    (95, "Semantically incorrect message", X, Cause.OURS, _OURS),
    (96, "Invalid mandatory information", X, Cause.OURS, _OURS),
    (97, "Message type non-existent or not implemented", X, Cause.OURS, _OURS),
    (98, "Message not compatible with short message protocol state", T, Cause.NETWORK, _NETWORK),
    (99, "Information element non-existent or not implemented", X, Cause.OURS, _OURS),
    (111, "Protocol error, unspecified", T, Cause.NETWORK, _NETWORK),
    (127, "Interworking, unspecified", T, Cause.NETWORK, _NETWORK),
)

TP_FAILURE_CAUSES: tuple[Row, ...] = (
    (128, "Telematic interworking not supported", X, Cause.OURS, _OURS),
    (129, "Short message Type 0 not supported", X, Cause.OURS, _OURS),
    (130, "Cannot replace short message", X, Cause.OURS, _OURS),
    (143, "Unspecified TP-PID error", X, Cause.OURS, _OURS),
    (144, "Data coding scheme (alphabet) not supported", X, Cause.OURS, _OURS),
    (145, "Message class not supported", X, Cause.OURS, _OURS),
    (159, "Unspecified TP-DCS error", X, Cause.OURS, _OURS),
    (160, "Command cannot be actioned", X, Cause.OURS, _OURS),
    (161, "Command unsupported", X, Cause.OURS, _OURS),
    (175, "Unspecified TP-Command error", X, Cause.OURS, _OURS),
    (176, "TPDU not supported", X, Cause.OURS, _OURS),
    (192, "SC busy", T, Cause.SMSC, _CENTRE),
    (193, "No SC subscription", A, Cause.BARRED, _BARRED),
    (194, "SC system failure", T, Cause.SMSC, _CENTRE),
    (195, "Invalid SME address", P, Cause.NUMBER_INVALID, _NUMBER),
    (196, "Destination SME barred", P, Cause.BARRED, _LINE_BARRED),
    (197, "SM Rejected-Duplicate SM", Verdict.ACCEPTED, Cause.NETWORK, _TAKEN),
    (198, "TP-VPF not supported", X, Cause.OURS, _OURS),
    (199, "TP-VP not supported", X, Cause.OURS, _OURS),
    (208, "(U)SIM SMS storage full", A, Cause.PHONE_MEMORY, "A memória de mensagens do chip está cheia."),
    (209, "No SMS storage capability in (U)SIM", A, Cause.SIM, _SIM),
    (210, "Error in MS", A, Cause.PHONE_DOWN, _PHONE),
    (211, "Memory capacity exceeded", A, Cause.PHONE_MEMORY, _MEMORY),
    (212, "(U)SIM Application Toolkit busy", T, Cause.SIM, _BUSY),
    (213, "(U)SIM data download error", A, Cause.SIM, _SIM),
    (255, "Unspecified error cause", T, Cause.UNKNOWN, _REFUSED),
)  # fmt: skip

PHONE_CODES: tuple[Row, ...] = (
    (300, "ME failure", A, Cause.PHONE_DOWN, _PHONE),
    (301, "SMS service of ME reserved", T, Cause.PHONE_DOWN, _BUSY),
    (302, "Operation not allowed", T, Cause.PHONE_DOWN, _BUSY),
    (303, "Operation not supported", X, Cause.OURS, _COMMAND),
    (304, "Invalid PDU mode parameter", X, Cause.OURS, _OURS),
    (305, "Invalid text mode parameter", X, Cause.OURS, _OURS),
    (310, "(U)SIM not inserted", A, Cause.SIM, "O aparelho está sem chip."),
    (311, "(U)SIM PIN required", A, Cause.SIM, "O chip pede a senha (PIN)."),
    (312, "PH-(U)SIM PIN required", A, Cause.SIM, "O aparelho está travado para outro chip."),
    (313, "(U)SIM failure", A, Cause.SIM, "O chip falhou. Retire-o e coloque-o de novo."),
    (314, "(U)SIM busy", T, Cause.SIM, "O chip estava ocupado."),
    (315, "(U)SIM wrong", A, Cause.SIM, "O aparelho não aceita este chip."),
    (316, "(U)SIM PUK required", A, Cause.SIM, "O chip está bloqueado e pede o código PUK da operadora."),
    (317, "(U)SIM PIN2 required", A, Cause.SIM, "O chip pede a segunda senha (PIN2)."),
    (318, "(U)SIM PUK2 required", A, Cause.SIM, "O chip pede o código PUK2 da operadora."),
    (320, "Memory failure", A, Cause.PHONE_MEMORY, "A memória de mensagens do aparelho falhou."),
    (321, "Invalid memory index", X, Cause.OURS, _COMMAND),
    (322, "Memory full", A, Cause.PHONE_MEMORY, _MEMORY),
    (
        330,
        "SMSC address unknown",
        A,
        Cause.SMSC,
        "O chip não tem o número da central de SMS da operadora.",
    ),
    (331, "No network service", T, Cause.NETWORK, "O aparelho está sem sinal da operadora."),
    (332, "Network timeout", T, Cause.NETWORK, "A rede da operadora não respondeu a tempo."),
    (340, "No +CNMA acknowledgement expected", Q, Cause.UNCERTAIN, _UNCERTAIN),
    (350, "Maker's code, seen for a message that may have left", Q, Cause.UNCERTAIN, _UNCERTAIN),
    (500, "Unknown error", Q, Cause.UNCERTAIN, _UNCERTAIN),
)

MAKER_CODES: tuple[Row, ...] = (
    (512, "Maker's code: user abort, or an SMS was arriving", T, Cause.PHONE_DOWN, _BUSY),
    (513, "Maker's code: unable to store, or acknowledgement lost", Q, Cause.UNCERTAIN, _UNCERTAIN),
    (
        514,
        "Maker's code: invalid status, congestion, or refused by the network",
        T,
        Cause.NETWORK,
        _CONGESTED,
    ),
    (515, "Maker's code: initialising, or bad character in the address", T, Cause.PHONE_DOWN, _BUSY),
    (532, "Maker's code: SIM not ready", A, Cause.SIM, "O chip ainda não está pronto."),
    (615, "Maker's code: network failure", T, Cause.NETWORK, _NETWORK),
    (616, "Maker's code: network failure", T, Cause.NETWORK, _NETWORK),
)

# First code of a range and how a code of it that is not listed reads, in rising order.
UNLISTED: tuple[Row, ...] = (
    (0, "Reserved RP-cause", T, Cause.UNKNOWN, _REFUSED),
    (128, "Reserved TP-FCS", T, Cause.UNKNOWN, _REFUSED),
    (224, "Application specific TP-FCS", T, Cause.UNKNOWN, _REFUSED),
    (256, "Reserved", T, Cause.UNKNOWN, "O aparelho respondeu com um código de erro desconhecido."),
    (501, "Reserved or maker's code", Q, Cause.UNCERTAIN, _UNCERTAIN),
)

CMS_ROWS = RP_CAUSES + TP_FAILURE_CAUSES + PHONE_CODES + MAKER_CODES
