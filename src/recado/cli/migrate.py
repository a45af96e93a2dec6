"""`recado migrate`: the database made, or brought to this version."""

from __future__ import annotations

import click

from recado.cli.base import RecadoCommand, with_django


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado migrate

Antes de trocar de versão, pare o Recado e guarde uma cópia do banco.""",
)
@with_django
def migrate() -> None:
    """Cria o banco de dados ou o atualiza para esta versão do Recado."""
    from recado.cli.preparation import migrate_database

    applied = migrate_database()
    click.echo("O banco de dados está pronto." if applied else "O banco de dados já estava em dia.")
