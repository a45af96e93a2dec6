"""+CME ERROR as a table (3GPP TS 27.007 §9.2), as far as a sender of SMS meets it."""

from recado.gsm.meaning import Cause, Row, Verdict

_COMMAND = "O aparelho não aceitou um comando do Recado. Avise a TI."
_PHONE = "O aparelho falhou e precisa ser reiniciado."
_BUSY = "O aparelho estava ocupado."
_MEMORY = "A memória do aparelho falhou."
_LOCKED = "O aparelho está travado para outra operadora ou outro chip."
_REFUSED = "A operadora não aceita este chip ou este aparelho na rede. Fale com a operadora."
_PLAN = "O plano deste chip não inclui SMS."
_NETWORK = "A rede da operadora falhou no momento do envio."
_UNCERTAIN = "O aparelho não soube dizer se a mensagem saiu. Confira antes de enviar de novo."

T, A, X, Q = Verdict.TRANSIENT, Verdict.PHONE, Verdict.OURS, Verdict.AMBIGUOUS

CME_ROWS: tuple[Row, ...] = (
    (0, "Phone failure", A, Cause.PHONE_DOWN, _PHONE),
    (1, "No connection to phone", A, Cause.PHONE_DOWN, "O Recado perdeu a ligação com o aparelho."),
    (2, "Phone adaptor link reserved", A, Cause.PHONE_DOWN, "O aparelho está em uso por outro programa."),
    (3, "Operation not allowed", T, Cause.PHONE_DOWN, _BUSY),
    (4, "Operation not supported", X, Cause.OURS, _COMMAND),
    (5, "PH-SIM PIN required", A, Cause.SIM, _LOCKED),
    (6, "PH-FSIM PIN required", A, Cause.SIM, _LOCKED),
    (7, "PH-FSIM PUK required", A, Cause.SIM, _LOCKED),
    (10, "SIM not inserted", A, Cause.SIM, "O aparelho está sem chip."),
    (11, "SIM PIN required", A, Cause.SIM, "O chip pede a senha (PIN)."),
    (12, "SIM PUK required", A, Cause.SIM, "O chip está bloqueado e pede o código PUK da operadora."),
    (13, "SIM failure", A, Cause.SIM, "O chip falhou. Retire-o e coloque-o de novo."),
    (14, "SIM busy", T, Cause.SIM, "O chip estava ocupado."),
    (15, "SIM wrong", A, Cause.SIM, "O aparelho não aceita este chip."),
    (16, "Incorrect password", A, Cause.SIM, "A senha (PIN) do chip está errada."),
    (17, "SIM PIN2 required", A, Cause.SIM, "O chip pede a segunda senha (PIN2)."),
    (18, "SIM PUK2 required", A, Cause.SIM, "O chip pede o código PUK2 da operadora."),
    (20, "Memory full", A, Cause.PHONE_MEMORY, "A memória de mensagens do aparelho está cheia."),
    (21, "Invalid index", X, Cause.OURS, _COMMAND),
    (22, "Not found", X, Cause.OURS, _COMMAND),
    (23, "Memory failure", A, Cause.PHONE_MEMORY, _MEMORY),
    (24, "Text string too long", X, Cause.OURS, _COMMAND),
    (25, "Invalid characters in text string", X, Cause.OURS, _COMMAND),
    (26, "Dial string too long", X, Cause.OURS, _COMMAND),
    (27, "Invalid characters in dial string", X, Cause.OURS, _COMMAND),
    (30, "No network service", T, Cause.NETWORK, "O aparelho está sem sinal da operadora."),
    (31, "Network timeout", T, Cause.NETWORK, "A rede da operadora não respondeu a tempo."),
    (32, "Network not allowed - emergency calls only", A, Cause.BARRED, _REFUSED),
    (40, "Network personalization PIN required", A, Cause.SIM, _LOCKED),
    (41, "Network personalization PUK required", A, Cause.SIM, _LOCKED),
    (42, "Network subset personalization PIN required", A, Cause.SIM, _LOCKED),
    (43, "Network subset personalization PUK required", A, Cause.SIM, _LOCKED),
    (44, "Service provider personalization PIN required", A, Cause.SIM, _LOCKED),
    (45, "Service provider personalization PUK required", A, Cause.SIM, _LOCKED),
    (46, "Corporate personalization PIN required", A, Cause.SIM, _LOCKED),
    (47, "Corporate personalization PUK required", A, Cause.SIM, _LOCKED),
    (50, "Incorrect parameters", X, Cause.OURS, _COMMAND),
    (100, "Unknown", Q, Cause.UNCERTAIN, _UNCERTAIN),
    (103, "Illegal MS", A, Cause.BARRED, _REFUSED),
    (106, "Illegal ME", A, Cause.BARRED, _REFUSED),
    (107, "GPRS services not allowed", A, Cause.BARRED, _REFUSED),
    (111, "PLMN not allowed", A, Cause.BARRED, _REFUSED),
    (112, "Location area not allowed", A, Cause.BARRED, _REFUSED),
    (113, "Roaming not allowed in this location area", A, Cause.BARRED, _REFUSED),
    (132, "Service option not supported", A, Cause.BARRED, _REFUSED),
    (133, "Requested service option not subscribed", A, Cause.NO_CREDIT, _PLAN),
    (134, "Service option temporarily out of order", T, Cause.NETWORK, _NETWORK),
    (256, "Operation temporarily not allowed", T, Cause.PHONE_DOWN, _BUSY),
    (257, "Call barred", A, Cause.BARRED, _REFUSED),
    (258, "Phone is busy", T, Cause.PHONE_DOWN, _BUSY),
    (513, "Maker's code, seen for a message that may have left", Q, Cause.UNCERTAIN, _UNCERTAIN),
    (515, "Maker's code: initialising or command in progress", T, Cause.PHONE_DOWN, _BUSY),
)  # fmt: skip

# First code of a range and how a code of it that is not listed reads, in rising order.
UNLISTED: tuple[Row, ...] = (
    (0, "Reserved", T, Cause.UNKNOWN, "O aparelho respondeu com um código de erro desconhecido."),
    (101, "Code of another service, or the maker's", Q, Cause.UNCERTAIN, _UNCERTAIN),
)
