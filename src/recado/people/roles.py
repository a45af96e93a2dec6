"""The roles and what each may do: one table, which groups, menu, buttons, views and the screen of users all read.

A role is a Django group of the same name, a duty is a permission of the `people` app. The groups get their permissions
from here after every migration (`apps`), so nobody edits them by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

APP = "people"


class Duty(StrEnum):
    """One thing a role may or may not do; the value is the permission's codename, `words` (pt-BR) name it."""

    words: str

    def __new__(cls, codename: str, words: str) -> Duty:
        duty = str.__new__(cls, codename)
        duty._value_ = codename
        duty.words = words
        return duty

    USE_SCREENS = "use_screens", "usar as telas"
    CONSULT = "consult", "consultar RA e mensagens"
    OPEN_REQUESTS = "open_requests", "inserir, reiterar e encerrar RA"
    CORRECT_NUMBERS = "correct_numbers", "corrigir celulares"
    READ_REPLIES = "read_replies", "ler respostas"
    DECIDE_MESSAGES = "decide_messages", "reenviar, confirmar e descartar mensagens"
    EXPORT_DATA = "export_data", "exportar dados"
    VIEW_REPORTS = "view_reports", "ver o painel"
    EDIT_TYPES = "edit_types", "mudar tipos e textos"
    PAUSE_PHONES = "pause_phones", "pausar e retomar aparelhos, e enviar por eles um SMS de teste"
    SEND_BATCHES = "send_batches", "enviar SMS em lote"
    APPROVE_BATCHES = "approve_batches", "aprovar lotes"
    EDIT_BILLING = "edit_billing", "mudar mensagens de faturamento"
    RUN_BILLING = "run_billing", "preparar e transmitir avisos de contas"
    MANAGE_PHONES = "manage_phones", "cadastrar e mudar aparelhos"
    MANAGE_USERS = "manage_users", "cadastrar usuários e dar papéis"
    EDIT_PARAMETERS = "edit_parameters", "mudar parâmetros"
    MANAGE_CLIENTS = "manage_clients", "cadastrar sistemas integrados"
    VIEW_AUDIT = "view_audit", "ver a auditoria"
    USE_API = "use_api", "usar a integração entre sistemas"

    @property
    def permission(self) -> str:
        """The permission's full name, as `user.has_perm` takes it."""
        return f"{APP}.{self.value}"


@dataclass(frozen=True, slots=True)
class Role:
    """A role: `name` is the group's, `slug` what the command line takes, `ask` whom to ask for what it may not."""

    slug: str
    name: str
    summary: str
    duties: frozenset[Duty]


_ATTENDANT = frozenset(
    {Duty.USE_SCREENS, Duty.CONSULT, Duty.OPEN_REQUESTS, Duty.CORRECT_NUMBERS, Duty.READ_REPLIES},
)
_SUPERVISOR = _ATTENDANT | {
    Duty.DECIDE_MESSAGES,
    Duty.EXPORT_DATA,
    Duty.VIEW_REPORTS,
    Duty.EDIT_TYPES,
    Duty.PAUSE_PHONES,
    Duty.SEND_BATCHES,
    Duty.APPROVE_BATCHES,
    Duty.EDIT_BILLING,
    Duty.RUN_BILLING,
}
_ADMINISTRATOR = _SUPERVISOR | {
    Duty.MANAGE_PHONES,
    Duty.MANAGE_USERS,
    Duty.EDIT_PARAMETERS,
    Duty.MANAGE_CLIENTS,
    Duty.VIEW_AUDIT,
}

ATTENDANT = Role("atendente", "Atendente", "Insere, reitera, encerra e consulta RA.", _ATTENDANT)
SUPERVISOR = Role(
    "supervisor",
    "Supervisor",
    "Decide as mensagens com erro, cuida dos textos, da fila, dos lotes e dos avisos de contas.",
    _SUPERVISOR,
)
ADMINISTRATOR = Role(
    "administrador", "Administrador", "Cuida de usuários, parâmetros e aparelhos.", frozenset(_ADMINISTRATOR)
)
INTEGRATION = Role("integracao", "Integração", "Outro sistema; não entra nas telas.", frozenset({Duty.USE_API}))
ROLES = (ATTENDANT, SUPERVISOR, ADMINISTRATOR, INTEGRATION)

PERMISSIONS = tuple((duty.value, f"Pode {duty.words}") for duty in Duty)


def role_named(name: str) -> Role | None:
    """The role whose group has this name; None for any other group."""
    return next((role for role in ROLES if role.name == name), None)


def whom_to_ask(duty: Duty) -> str:
    """The role (pt-BR, lower case) that a person without `duty` should turn to."""
    return "supervisor" if duty in SUPERVISOR.duties else "administrador"
