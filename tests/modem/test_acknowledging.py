"""A report is acknowledged only once it is kept: until then the phone holds the next one back."""

import pytest

from recado.gsm import EncodingPolicy, build_submit, segment
from recado.modem.errors import LinkDown
from recado.modem.events import Event, ReportArrived, ReportStored
from recado.modem.settings import DriverSettings

from .bench import Bench, a_bench

EXPLICIT = DriverSettings(caller_acknowledges=True)


def a_bench_with_two_reports(settings: DriverSettings) -> Bench:
    bench = a_bench(settings, report_delay=0.1)
    bench.driver.start()
    part = segment("Pedido atendido", EncodingPolicy.FOLD).parts[0]
    for _ in range(2):
        bench.driver.send(build_submit(part, "+5581900000012", status_report=True))
    return bench


def reports(events: tuple[Event, ...]) -> int:
    return sum(isinstance(event, ReportArrived) for event in events)


def test_the_next_report_comes_only_after_the_first_was_acknowledged() -> None:
    bench = a_bench_with_two_reports(EXPLICIT)
    assert reports(bench.driver.wait(5.0)) == 1
    assert reports(bench.driver.wait(60.0)) == 0
    bench.driver.acknowledge()
    assert reports(bench.driver.wait(5.0)) == 1


def test_a_process_that_dies_before_keeping_a_report_has_not_acknowledged_it() -> None:
    bench = a_bench_with_two_reports(EXPLICIT)
    bench.driver.wait(5.0)
    assert "AT+CNMA=0" not in bench.commands()


def test_waiting_acknowledges_by_itself_unless_the_caller_said_that_it_will() -> None:
    bench = a_bench_with_two_reports(DriverSettings())
    assert reports(bench.driver.wait(5.0)) + reports(bench.driver.wait(5.0)) == 2


def test_only_what_was_given_is_acknowledged() -> None:
    bench = a_bench_with_two_reports(EXPLICIT)
    bench.driver.acknowledge()
    assert "AT+CNMA=0" not in bench.commands()
    bench.driver.wait(5.0)
    bench.driver.acknowledge()
    bench.driver.acknowledge()
    assert bench.commands().count("AT+CNMA=0") == 1


def test_a_phone_that_refuses_to_be_acknowledged_is_told_to_store_its_reports() -> None:
    bench = a_bench_with_two_reports(EXPLICIT)
    bench.phone.faults.set("cnma_refused")
    assert reports(bench.driver.wait(5.0)) == 1
    bench.driver.acknowledge()
    (event,) = bench.driver.wait(5.0)
    assert isinstance(event, ReportStored)
    assert bench.driver.read_stored(event.memory, event.index)


def test_a_line_lost_while_acknowledging_is_told() -> None:
    bench = a_bench_with_two_reports(EXPLICIT)
    bench.driver.wait(5.0)
    bench.phone.unplug(bench.clock.now)
    with pytest.raises(LinkDown):
        bench.driver.acknowledge()
