"""What the operator answers to a balance query, in every form that phones hand it on (3GPP TS 27.007 §7.15)."""

from __future__ import annotations

from typing import Final

from recado.gsm.septets import pack

BALANCE: Final = "Saldo de teste: R$ 10,00"


def ussd_answer(form: str | None) -> tuple[str, ...]:
    """Give the lines that follow the OK; `form` is the value of the fault `ussd`, None for the plain one."""
    # Every character of the sentence is the same in ASCII and in the default alphabet, but "$".
    septets = bytes(2 if character == "$" else ord(character) for character in BALANCE)
    match form:
        case "silent":
            return ()
        case "ucs2":
            return (f'+CUSD: 0,"{BALANCE.encode("utf-16-be").hex().upper()}",72',)
        case "packed":
            return (f'+CUSD: 0,"{pack(septets).hex().upper()}",15',)
        case "no_quotes":
            return (f"+CUSD: 0, {pack(septets).hex().upper()}",)
        case "menu":
            return ('+CUSD: 1,"1 Saldo', "2 Recarga", '3 Sair",15')
        case "unsupported":
            return ("+CUSD: 4",)
        case _:
            return (f'+CUSD: 0,"{BALANCE}",15',)
