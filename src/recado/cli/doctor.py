"""`recado doctor`: looks at the installation and says, for each thing, how it is and what to do."""

from __future__ import annotations

import click

from recado.cli.base import RecadoCommand, counted, with_django
from recado.cli.findings import Level, failure, tell


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado doctor
  recado doctor --alarm

Termina com código 1 quando algo falha. Não envia SMS; com --alarm, avisa pelos caminhos dos alarmes.""",
)
@click.option(
    "--alarm",
    is_flag=True,
    help="Avisa, uma vez, por e-mail e webhook quando o serviço de envio está parado ou o GSAN não é lido,"
    " e uma vez quando volta.",
)
@with_django
def doctor(alarm: bool) -> None:
    """Confere a instalação e diz o que fazer.

    Olha banco, fuso, relógio, portas, permissões, disco, segurança, serviço de envio, aparelhos, GSAN e servidor de
    e-mail.
    """
    from django.conf import settings
    from django.db import DatabaseError, InterfaceError
    from django.utils import timezone

    from recado.alarms.sentinel import watch_gateway
    from recado.cli.exposure_checks import check_exposure
    from recado.cli.gateway_checks import check_gateway
    from recado.cli.gsan import check_gsan
    from recado.cli.mail_checks import check_mail
    from recado.cli.phone_checks import check_phones
    from recado.cli.system_checks import check_system
    from recado.gsan.watching import watch_from_outside

    findings = check_system()
    findings += check_exposure(settings.RECADO_HOME)
    findings += check_gateway(timezone.now())
    findings += check_phones()
    findings += check_gsan()
    findings += check_mail()
    if alarm:
        try:
            watch_gateway(timezone.now())
            watch_from_outside(timezone.now())
        except (DatabaseError, InterfaceError) as error:
            # What the database suffers from is among the findings already.
            findings.append(failure("Alarmes", f"não avisados ({type(error).__name__}).", "Veja o banco de dados."))
    tell(findings)
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    click.echo(f"Nenhuma falha; {counted(warnings, 'aviso.', 'avisos.')}" if warnings else "Tudo certo.")
