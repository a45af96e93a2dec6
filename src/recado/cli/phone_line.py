"""`recado phones line`: how Recado uses the SIM and the store of a phone."""

from __future__ import annotations

import re

import click

from recado.cli.base import RecadoCommand, Refused, with_django
from recado.cli.deeds import shell_user
from recado.cli.phone_rules import NONE

_USSD = re.compile(r"[*#][0-9*#]{1,18}#")
_SMSC = re.compile(r"\+[0-9]{8,15}")


@click.command(
    "line",
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado phones line "Aparelho 1" --balance-code "*222#"
  recado phones line "Aparelho 1" --smsc +5581900000099
  recado phones line "Aparelho 1" --store-first

O PIN do chip não se escreve aqui: use RECADO_SIM_PINS (docs/configuracao.md).""",
)
@click.argument("name", metavar="NOME")
@click.option("--balance-code", metavar="*222#", help="Código que consulta o saldo, uma vez por dia; ou nenhum.")
@click.option("--smsc", metavar="+55…", help="Central de SMS a gravar quando o chip não tem nenhuma; ou nenhuma.")
@click.option(
    "--store-first/--no-store-first",
    default=None,
    help="Envia pela memória do aparelho, que depois de uma queda diz o que saiu. Gasta a memória do chip.",
)
@with_django
def set_line(name: str, balance_code: str | None, smsc: str | None, store_first: bool | None) -> None:
    """Muda como o Recado usa o chip e a memória do aparelho NOME."""
    from django.utils import timezone

    from recado.cli.phones import find_phone
    from recado.phones import changes

    fields: dict[str, object] = {}
    if balance_code is not None:
        fields["balance_code"] = _checked(balance_code, _USSD, "--balance-code: use um código como *222#, ou nenhum.")
    if smsc is not None:
        fields["smsc_wanted"] = _checked(smsc, _SMSC, "--smsc: use +55 e o número da central, ou nenhuma.")
    if store_first is not None:
        fields["store_first"] = store_first
    if not fields:
        raise Refused("Diga o que mudar. Veja as opções: recado phones line --help")
    phone = find_phone(name)
    changes.set_line(phone, fields, note="Mudou o uso do chip.", actor=shell_user(), now=timezone.now())
    click.echo(f"Aparelho “{name}” mudado. Vale assim que a ligação for refeita, em alguns segundos.")


def _checked(raw: str, form: re.Pattern[str], refusal: str) -> str:
    if raw.lower() in NONE:
        return ""
    if not form.fullmatch(raw):
        raise Refused(refusal)
    return raw
