"""`recado batch new` and `new-from-ras`: drawing up a batch at a terminal, with a look at its first SMS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recado.cli.base import RecadoCommand, Refused, counted, with_django
from recado.cli.deeds import note, shell_user
from recado.cli.listing import LAST_DAY, number_of, numbered, read_day, read_moment

if TYPE_CHECKING:
    from recado.batches.models import Batch
    from recado.outbox.models import MessageType

who_decides = click.option("--as", "who", metavar="USUÁRIO", help="Quem decide; sem isto, o usuário do sistema.")
_OPTIONS = (
    click.option("--text", required=True, metavar="TEXTO", help="Texto com as tags das colunas, como {NOME}."),
    click.option("--name", metavar="NOME", help="Nome do lote; sem isto, o do arquivo ou do período."),
    click.option("--type", "type_", metavar="TIPO", help="Tipo de SMS: número ou nome."),
    click.option("--until", metavar="DATA", help="Enviar até dd/mm/aaaa hh:mm; o que não saiu até lá expira."),
    click.option("--skip-told", is_flag=True, help="Deixa fora quem já recebeu este tipo hoje."),
    who_decides,
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What `_OPTIONS` ask of any batch."""

    text: str
    name: str | None
    type_: str | None
    until: str | None
    skip_told: bool
    who: str | None


def _of_any_batch(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado batch new avisos.csv --text "{NOME}, haverá manutenção em {RUA} dia 30." --skip-told
  recado batch new antigo.txt --delimiter "#" --encoding latin-1 --text "{NOME}, passe no escritório." """,
)
@click.argument("path", metavar="ARQUIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", metavar="COLUNA", help="Coluna do celular, se não for achada sozinha.")
@click.option("--delimiter", metavar="SEPARADOR", help="Separador do CSV, se não for achado sozinho; TAB é tabulação.")
@click.option(
    "--encoding", type=click.Choice(["utf-8", "latin-1"]), help="Codificação do CSV, se não for achada sozinha."
)
@click.option("--again", is_flag=True, help="Envia um arquivo que já foi usado em outro lote.")
@_of_any_batch
@with_django
def new(
    path: Path, column: str | None, delimiter: str | None, encoding: str | None, again: bool, **wanted: Any
) -> None:
    """Prepara um lote de um arquivo CSV ou XLSX. Nada sai antes de `send`."""

    def mend(made: Batch) -> None:
        if delimiter or encoding:
            _cut(made, delimiter, encoding)
        if column:
            made.mapping = _with_mobile(made, column)

    _begin(_from_file(path, wanted["who"] or shell_user()), _Wanted(**wanted), mend, again=again)


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado batch new-from-ras --from 01/11/2026 --to 15/11/2026 --status pending --text "{NOME}, o RA {RA} está em dia."

As tags são {NOME}, {PROTOCOLO}, {RA}, {TIPO}, {ESPECIFICACAO} e {ABERTURA}.""",
)
@click.option("--from", "start", required=True, metavar="DATA", help="RAs abertos desde dd/mm/aaaa.")
@click.option("--to", "end", required=True, metavar="DATA", help="RAs abertos até dd/mm/aaaa.")
@click.option("--status", type=click.Choice(["pending", "closed"]), help="Só RAs pendentes, ou só encerrados.")
@click.option("--request-type", metavar="TIPO", help="Só este tipo de solicitação: número ou nome.")
@_of_any_batch
@with_django
def new_from_ras(start: str, end: str, status: str | None, request_type: str | None, **wanted: Any) -> None:
    """Prepara um lote para os solicitantes de RAs escolhidos. Nada sai antes de `send`."""
    import uuid

    from django.utils import timezone

    from recado.batches import drafting, requests

    first, last = read_day(start, "--from", LAST_DAY), read_day(end, "--to", LAST_DAY)
    if last < first:
        raise Refused("--to: a data final deve ser igual ou posterior à inicial.")
    kind = _request_type(request_type) if request_type else None
    choice = requests.Choice(first, last, status or "", kind)
    if not choice.requesters().exists():
        raise Refused("Nenhum solicitante com celular nestes RAs. Amplie o período ou os filtros.")
    name, who = f"RAs de {first:%d/%m/%Y} a {last:%d/%m/%Y}", wanted["who"] or shell_user()
    try:
        made = drafting.from_requests(choice, name=name, author=who, key=f"cli:{uuid.uuid4()}", now=timezone.now())
    except drafting.NoType as refusal:
        raise Refused(str(refusal)) from refusal
    _begin(made, _Wanted(**wanted))


def _begin(made: Batch, wanted: _Wanted, mend: Callable[[Batch], None] | None = None, *, again: bool = False) -> None:
    """Have every line of the batch read; a batch that cannot be is not left behind."""
    from django.utils import timezone

    from recado.batches import decisions, drafting, storage
    from recado.batches.models import Batch, State
    from recado.outbox.templates import TemplateRefused

    try:
        if mend is not None:
            mend(made)
        made.name = wanted.name[:100] if wanted.name else made.name
        made.type = _type(wanted.type_) if wanted.type_ else made.type
        made.template, made.skip_told, made.expires_at = wanted.text, wanted.skip_told, _limit(wanted.until)
        _check(made, again=again)
        shown = drafting.previews(made, made.template, made.type, made.mapping)
        made.save()
        decisions.begin_reading(made.pk, actor=made.author, now=timezone.now())
    except (Refused, TemplateRefused) as refusal:
        Batch.objects.filter(pk=made.pk, state=State.DRAFT).delete()
        storage.forget(made.pk)
        raise Refused(str(refusal)) from refusal
    note("BATCH_MADE", made.pk, who=made.author)
    if made.file_name:
        click.echo(_mobile_line(made))
    click.echo("\n".join(_sample(shown)))
    click.echo(f"Lote {made.pk} em leitura. Veja o que foi achado com: recado batch show {made.pk}")


def _mobile_line(made: Batch) -> str:
    """Which column the SMS go to, and which other ones a person may have meant."""
    from recado.batches import drafting
    from recado.batches.columns import MOBILE

    chosen = made.columns[made.mapping[MOBILE]]
    likely = drafting.likely_mobiles(made, drafting.sample(made, drafting.LOOKED_AT))
    others = ", ".join(f"“{name}”" for name in likely if name != chosen)
    also = f" Também há celulares em {others}: se for outra, cancele este lote e use --column." if others else ""
    return f"Coluna do celular: “{chosen}”.{also}"


def _sample(shown: Sequence[Any]) -> list[str]:
    from recado.outbox.numbers import show_mobile

    return [
        f"  linha {row.line}: {row.fault}"
        if row.fault
        else f"  linha {row.line}, {show_mobile(row.number)}, {counted(row.parts, 'SMS', 'SMS')}: {row.text}"
        for row in shown
    ]


def _from_file(path: Path, who: str) -> Batch:
    """The batch of a copy of the file: the file itself stays its owner's."""
    import shutil
    import uuid

    from django.conf import settings
    from django.utils import timezone

    from recado.batches import drafting, storage
    from recado.batches.tables import FileRefused

    most = settings.RECADO_BATCH_MAX_MB
    if path.stat().st_size > most * 1024 * 1024:
        raise Refused(f"O arquivo tem mais de {most} MB, o limite (RECADO_BATCH_MAX_MB). Divida-o em partes.")
    with storage.new_upload() as copy:
        with path.open("rb") as file:
            shutil.copyfileobj(file, copy)
        copy.flush()
        try:
            key = f"cli:{uuid.uuid4()}"
            return drafting.from_file(Path(copy.name), path.name, author=who, key=key, now=timezone.now())
        except (FileRefused, drafting.NoType) as refusal:
            raise Refused(str(refusal)) from refusal


def _cut(made: Batch, delimiter: str | None, encoding: str | None) -> None:
    from recado.batches import drafting
    from recado.batches.decisions import BatchRefused
    from recado.batches.tables import FileRefused, delimiter_of

    try:
        wanted = delimiter_of(delimiter) if delimiter else made.delimiter
        named = {"utf-8": "utf-8", "latin-1": "cp1252", None: made.encoding}[encoding]
        drafting.cut_otherwise(made, delimiter=wanted, encoding=named)
    except (FileRefused, BatchRefused) as refusal:
        raise Refused(str(refusal)) from refusal
    made.refresh_from_db()


def _check(made: Batch, *, again: bool) -> None:
    """Raise Refused or TemplateRefused for a batch that no row could fill, or whose file was used before."""
    from recado.batches import drafting
    from recado.batches.columns import MOBILE, tags_of
    from recado.batches.composing import check
    from recado.outbox.enqueue import company_values

    if MOBILE not in made.mapping:
        names = ", ".join(made.columns)[:200]
        raise Refused(
            f"Nenhuma coluna parece ser a do celular: use --column, ou --delimiter se for outro. Há: {names}."
        )
    check(made.template, tags_of(made.mapping), company_values())
    earlier = drafting.earlier_of(made)
    if earlier is not None and not again:
        raise Refused(f"Este mesmo arquivo já foi usado no lote {earlier.pk}. Para enviá-lo outra vez: --again.")


def _with_mobile(made: Batch, column: str) -> dict[str, int]:
    from recado.batches.columns import MOBILE, guess_tags

    names = [name.casefold() for name in made.columns]
    if column.casefold() not in names:
        raise Refused(f"Não há a coluna “{column[:40]}”. O arquivo tem: {', '.join(made.columns)[:200]}.")
    mobile_at = names.index(column.casefold())
    tags = {tag: place for place, tag in enumerate(guess_tags(made.columns)) if place != mobile_at and tag != MOBILE}
    return tags | {MOBILE: mobile_at}


def _type(text: str) -> MessageType:
    from recado.batches.drafting import usable_types

    rows = {row.pk: row for row in usable_types()}
    known = {pk: row.name for pk, row in rows.items()}
    found = number_of(text, known)
    if found is None:
        raise Refused(f"Não há o tipo “{text[:40]}” entre os que servem a lotes. Há: {numbered(known) or 'nenhum'}.")
    return rows[found]


def _request_type(text: str) -> int:
    from recado.service_requests.models import RequestType

    known = dict(RequestType.objects.order_by("pk").values_list("pk", "name"))
    found = number_of(text, known)
    if found is None:
        raise Refused(f"Não há o tipo de solicitação “{text[:40]}”. Há: {numbered(known)[:400]}.")
    return found


def _limit(text: str | None) -> datetime | None:
    from django.utils import timezone

    if text is None:
        return None
    found = read_moment(text)
    if found is None:
        raise Refused("--until: use dd/mm/aaaa ou “dd/mm/aaaa hh:mm”.")
    at, has_hour = found
    limit = at if has_hour else at + timedelta(days=1)
    if limit <= timezone.now():
        raise Refused("--until: este limite já passou.")
    return limit
