"""*Processo de Envio SMS/E-mail*: bills come in, three steps tell customers of them; the work is the job's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.batches.models import Batch
from recado.batches.tables import FileRefused
from recado.billing import intake, runs, storage
from recado.billing.models import Bill, BillFile, Channel, FileState, Kind, Notice, NoticeState, Run, Setup, Skip
from recado.billing.returning import tally
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.exports import comma
from recado.web.exports.document import Cell, Document
from recado.web.formatting import counted, date_and_time, thousands
from recado.web.forms.billing import BillFileForm, WhereForm, kind_in
from recado.web.live import live_part

HEADING = "Processo de Envio SMS/E-mail"
STEPS = {"preparar": Run.Step.PREPARE, "transmitir": Run.Step.TRANSMIT, "retorno": Run.Step.RETURN}
_NAMES = {step: name for name, step in STEPS.items()}
_FILES_SHOWN = 5
_WRONG = {NoticeState.FAILED.value, NoticeState.INVALID.value, NoticeState.UNCONFIRMED.value}


@require_http_methods(["GET", "POST"])
@needs(Duty.RUN_BILLING)
def billing_process(request: HttpRequest) -> HttpResponse:
    """The whole page; POST takes a file of bills."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    upload = BillFileForm(*given, kind=kind_in(request.GET))
    if upload.is_bound and upload.is_valid() and (done := _take_file(request, upload)):
        return done
    context = {"heading": HEADING, "form": upload, **_figures(request)}
    return render(request, "web/billing_process.html", context)


@live_part
@needs(Duty.RUN_BILLING)
def billing_live(request: HttpRequest) -> HttpResponse:
    """Its moving part."""
    return render(request, "web/billing_live.html", _figures(request))


@require_POST
@needs(Duty.RUN_BILLING)
def billing_run(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a step; the job carries it on."""
    if name not in STEPS:
        raise Http404
    kind, where = kind_in(request.POST), _where(request.POST)
    if not where.is_valid():
        messages.error(request, "Escolha o grupo e a referência.")
        return redirect(_address(kind))
    group, month, step = where.cleaned_data["grupo"], where.month, STEPS[name]
    try:
        with transaction.atomic():
            run = runs.ask(step, kind, group=group, month=month, actor=request.user.get_username(), now=timezone.now())
            note(request, Deed.BILLING_RUN, run.title, f"grupo {group}, {month:%m/%Y}")
    except runs.RunRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"Etapa {run.title} pedida. Acompanhe-a nesta página.")
    return redirect(_address(kind, group, month))


@require_GET
@needs(Duty.RUN_BILLING)
def billing_faults(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows of a file that are no bills, as CSV."""
    file = get_object_or_404(BillFile, pk=pk)
    rows: Iterator[tuple[Cell, ...]] = (
        (fault.line, fault.reason, fault.content) for fault in file.faults.order_by("line").iterator()
    )
    note(request, Deed.EXPORTED, f"{counted(file.invalid, 'linha', 'linhas')} com problema do arquivo de contas {pk}")
    document = Document(
        "Linhas com problema", f"contas-{pk}-problemas", [("Arquivo", file.name)], ("Linha", "Motivo", "Conteúdo"), rows
    )
    return _csv(document)


@require_GET
@needs(Duty.RUN_BILLING)
def billing_export(request: HttpRequest) -> HttpResponseBase:
    """Every notice of a group and month with where it stands and why, as CSV."""
    kind, where = kind_in(request.GET), _where(request.GET)
    if not where.is_valid():
        return redirect(_address(kind))
    group, month = where.cleaned_data["grupo"], where.month
    note(request, Deed.EXPORTED, f"avisos de {kind.many} em CSV", f"grupo {group}, {month:%m/%Y}")
    made = f"{date_and_time(timezone.now())}, por {request.user.get_username()}"
    filters = [("Grupo", group), ("Referência", f"{month:%m/%Y}"), ("Exportado em", made)]
    heads = ("Matrícula", "Cliente", "Canal", "Para", "Situação", "Motivo", "Prevista", "Limite", "Último momento")
    document = Document(
        f"Avisos de {kind.many}",
        f"avisos-{kind.slug}-grupo-{_safe(group)}-{month:%Y-%m}",
        filters,
        (*(["Documento"] if kind is Kind.COLLECTION else []), *heads),
        _rows(kind, group, month),
    )
    return _csv(document)


def _take_file(request: HttpRequest, form: BillFileForm) -> HttpResponse | None:
    given: UploadedFile[bytes] = form.cleaned_data["file"]
    try:
        with storage.new_upload() as upload:
            for piece in given.chunks():
                upload.write(piece)
            upload.flush()
            file = intake.give_file(
                Path(upload.name),
                given.name or "",
                actor=request.user.get_username(),
                now=timezone.now(),
                again=form.cleaned_data["again"],
            )
    except FileRefused as refusal:
        form.add_error("file", str(refusal))
        return None
    except intake.SameFile as same:
        form.add_error("file", f"{same} Para lê-lo de novo, marque a opção abaixo.")
        return None
    note(request, Deed.BILLS_GIVEN, file.pk)
    messages.success(request, f"Arquivo “{file.name}” recebido. A leitura aparece nesta página.")
    return redirect(_address(kind_in(request.GET)))


def _where(data: Mapping[str, Any]) -> WhereForm:
    bills = Bill.objects.filter(kind=kind_in(data)).order_by()
    groups = sorted(bills.values_list("group", flat=True).distinct(), key=lambda name: (len(name), name))
    months = list(bills.order_by("-month").values_list("month", flat=True).distinct()[:24])
    chosen = {
        "grupo": str(data.get("grupo") or (groups[0] if groups else ""))[:20],
        "referencia": str(data.get("referencia") or (f"{months[0]:%Y-%m}" if months else ""))[:20],
    }
    return WhereForm(chosen, kind=kind_in(data), groups=groups, months=months)


def _figures(request: HttpRequest) -> dict[str, Any]:
    kind, where = kind_in(request.GET), _where(request.GET)
    under_way = Run.objects.filter(state=Run.State.RUNNING).first()
    reading = list(BillFile.objects.all()[:_FILES_SHOWN])
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": Kind,
        "where": where,
        "under_way": under_way,
        "progress": _progress(under_way) if under_way else "",
        "files": [(file, _file_words(file)) for file in reading],
        "setup": Setup.objects.filter(kind=kind, is_in_force=True).first(),
        "announce": _progress(under_way) if under_way else "Nenhuma etapa em andamento.",
        "query": urlencode({"tipo": kind.slug}),
    }
    if not where.is_valid():
        return context
    group, month = where.cleaned_data["grupo"], where.month
    counted_by = tally(group, month, kind)
    context |= {
        "group": group,
        "month": month,
        "query": _query(kind, group, month),
        "bills": Bill.objects.filter(kind=kind, group=group, month=month).count(),
        "steps": [_step(step, kind, group, month) for step in STEPS.values()],
        "states": _states(counted_by),
        "skipped": _skipped(kind, group, month),
        "wrong": {channel for channel, counts in counted_by.items() if _WRONG & counts.keys()},
        "due": _due(kind, group, month),
        "prepared": sum(counts.get(NoticeState.PREPARED, 0) for counts in counted_by.values()),
    }
    return context


def _step(step: Run.Step, kind: Kind, group: str, month: date) -> dict[str, Any]:
    ours = Q(group__in=(group, "")) & (Q(month=month) | Q(month=None))
    last = Run.objects.filter(ours, step=step, kind=kind).exclude(state=Run.State.RUNNING).first()
    batch = Batch.objects.filter(pk=last.batch).first() if last and last.batch else None
    return {
        "name": _NAMES[step],
        "label": step.label,
        "value": step.value,
        "last": last,
        "words": _told(last),
        "batch": batch,
    }


def _due(kind: Kind, group: str, month: date) -> str:
    """What Transmitir would send today, and what waits for its day; empty when nothing is prepared."""
    today = timezone.localdate()
    prepared = Notice.objects.filter(kind=kind, group=group, month=month, state=NoticeState.PREPARED)
    sms, mails = (
        prepared.filter(channel=channel, planned_for__lte=today, limit__gte=today).count() for channel in Channel
    )
    later = prepared.filter(planned_for__gt=today).count()
    if not (sms or mails or later):
        return ""
    waiting = f" {counted(later, 'aviso espera', 'avisos esperam')} a data." if later else ""
    return f"Hoje: {thousands(sms)} SMS e {counted(mails, 'e-mail', 'e-mails')}.{waiting}"


def _told(run: Run | None) -> str:
    """What the last run of a step did, in words."""
    if run is None:
        return "Ainda não foi feita."
    if run.state == Run.State.FAILED:
        return run.fault
    counts, scope = run.counts, "" if run.group else " (todos os grupos)"
    if run.step == Run.Step.RETURN:
        return f"{counted(sum(counts.values()), 'aviso mudou', 'avisos mudaram')} de situação{scope}."
    wanted = NoticeState.PREPARED if run.step == Run.Step.PREPARE else NoticeState.TRANSMITTED
    sms, mails = (counts.get(f"{channel.value}:{wanted.value}", 0) for channel in (Channel.SMS, Channel.EMAIL))
    return f"{thousands(sms)} SMS e {counted(mails, 'e-mail', 'e-mails')}{scope}."


def _states(by_channel: dict[str, dict[str, int]]) -> list[tuple[str, int, int]]:
    """Each state that occurs, with its counts by SMS and by e-mail."""
    sms, mails = by_channel[Channel.SMS], by_channel[Channel.EMAIL]
    return [
        (str(state.label), sms.get(state, 0), mails.get(state, 0))
        for state in NoticeState
        if sms.get(state) or mails.get(state)
    ]


def _skipped(kind: Kind, group: str, month: date) -> list[tuple[str, int, int]]:
    found = Notice.objects.filter(kind=kind, group=group, month=month, state=NoticeState.SKIPPED).order_by()
    counts = {(skip, channel): n for skip, channel, n in found.values_list("skip", "channel").annotate(Count("pk"))}
    rows = [(str(skip.label), counts.get((skip, "sms"), 0), counts.get((skip, "email"), 0)) for skip in Skip]
    return [row for row in rows if row[1] or row[2]]


def _progress(run: Run) -> str:
    where = f" do grupo {run.group}, {run.month:%m/%Y}" if run.group and run.month else ""
    done = f": {thousands(run.done)} de {thousands(run.total)}" if run.total else ""
    return f"{run.title}{where} em andamento{done}. {run.unattended(timezone.now())}".rstrip()


def _file_words(file: BillFile) -> str:
    if file.state == FileState.REFUSED:
        return file.fault
    kind = Kind(file.kind)
    parts = [
        counted(file.new, f"{kind.one} nova", f"{kind.many} novas"),
        counted(file.changed, "mudada", "mudadas"),
        counted(file.same, "igual", "iguais"),
        f"{thousands(file.invalid)} com problema",
    ]
    done = ", ".join(parts)
    if file.state == FileState.READING:
        share = 100 * file.position // max(file.size, 1)
        return f"Lendo, {share}%: {done}."
    return f"{done}."


def _rows(kind: Kind, group: str, month: date) -> Iterator[tuple[Cell, ...]]:
    found = Notice.objects.filter(kind=kind, group=group, month=month).select_related("bill").order_by("pk")
    skips, channels = dict(Skip.choices), dict(Channel.choices)
    for row in found.iterator(chunk_size=2000):
        reason = ". ".join(filter(None, (skips.get(row.skip, ""), row.reason)))
        yield (
            *([row.bill.document] if kind is Kind.COLLECTION else []),
            row.bill.property_id,
            row.bill.client_id,
            channels[row.channel],
            row.to,
            NoticeState(row.state).label,
            reason,
            f"{row.planned_for:%d/%m/%Y}",
            f"{row.limit:%d/%m/%Y}",
            timezone.localtime(row.moment).replace(tzinfo=None),
        )


def _csv(document: Document) -> HttpResponseBase:
    headers = {"Content-Disposition": f'attachment; filename="{document.name}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(comma.pieces(document), content_type="text/csv; charset=utf-8", headers=headers)


def _address(kind: Kind, group: str = "", month: date | None = None) -> str:
    return f"{reverse('billing_process')}?{_query(kind, group, month)}"


def _query(kind: Kind, group: str = "", month: date | None = None) -> str:
    where = {"grupo": group, "referencia": f"{month:%Y-%m}"} if month else {}
    return urlencode({"tipo": kind.slug} | where)


def _safe(name: str) -> str:
    return "".join(letter for letter in name if letter.isascii() and letter.isalnum()) or "x"
