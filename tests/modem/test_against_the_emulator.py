"""The driver and the phone in software, both on one clock turned by hand: what the driver says of a message
must agree with what really reached the air, whatever goes wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.emulator.faults import FAULTS, Trigger, ValueKind
from recado.gsm import Deliver
from recado.modem.condition import PhoneCondition
from recado.modem.errors import PhoneDown
from recado.modem.events import LateAnswer, StoreFull
from recado.modem.outcome import Accepted, Ambiguous, Rejected, Unknown
from recado.modem.outcome import PhoneDown as PhoneDownOutcome

from .bench import Bench, a_bench

NOT_ON_AIR = (Rejected, PhoneDownOutcome)


@pytest.fixture
def bench() -> Bench:
    return a_bench()


def test_a_healthy_phone_starts_sends_and_is_well(bench: Bench) -> None:
    assert bench.driver.start().imei
    assert bench.driver.health().condition is PhoneCondition.READY
    outcome, on_air = bench.send()
    assert isinstance(outcome, Accepted)
    assert on_air == 1


SIMPLE = [spec for spec in FAULTS if spec.trigger is not Trigger.MOMENT]


@pytest.mark.parametrize("spec", SIMPLE, ids=lambda spec: spec.name)
@pytest.mark.parametrize("latency", [0.0, 3.0])
def test_whatever_goes_wrong_the_outcome_agrees_with_the_air(spec: object, latency: float) -> None:
    name = spec.name  # type: ignore[attr-defined]
    bench = a_bench(latency=latency)
    bench.driver.start()
    bench.phone.faults.set(name, spec.default)  # type: ignore[attr-defined]
    outcome, on_air = bench.send()
    assert on_air <= 1
    if isinstance(outcome, Accepted):
        assert on_air == 1
    if isinstance(outcome, NOT_ON_AIR):
        assert on_air == 0


@pytest.mark.parametrize(
    ("fault", "value", "outcome", "on_air"),
    [
        ("no_prompt_space", True, Accepted, 1),
        ("late_prompt", 2.0, Accepted, 1),
        ("late_prompt", 15.0, PhoneDownOutcome, 0),
        ("no_prompt", True, PhoneDownOutcome, 0),
        ("echo_pdu", True, Accepted, 1),
        ("split", True, Accepted, 1),
        ("join", True, Accepted, 1),
        ("chatter", 1.0, Accepted, 1),
        ("double_cr", True, Accepted, 1),
        ("late_answer", 135.0, Accepted, 1),
        ("late_answer", 200.0, Unknown, 1),
        ("mute_after_submit", True, Unknown, 1),
        ("lost_before_air", True, Unknown, 0),
        ("bare_ok", "on_air", Ambiguous, 1),
        ("bare_ok", "not_on_air", Ambiguous, 0),
        ("error_though_sent", 500, Ambiguous, 1),
        ("drop_after_submit", "on_air", Unknown, 1),
        ("drop_after_submit", "not_on_air", Unknown, 0),
        ("reject", 38, Rejected, 0),
        ("hang", True, PhoneDownOutcome, 0),
        ("unplugged", True, PhoneDownOutcome, 0),
    ],
)
def test_each_fault_has_its_outcome(bench: Bench, fault: str, value: object, outcome: type, on_air: int) -> None:
    bench.driver.start()
    bench.phone.faults.set(fault, value)
    told, reached = bench.send()
    assert isinstance(told, outcome), told
    assert reached == on_air


def test_a_late_answer_is_kept_and_not_taken_by_the_next_send(bench: Bench) -> None:
    bench.driver.start()
    bench.phone.faults.set("late_answer", 182.0)
    first, _ = bench.send()
    bench.phone.faults.clear("late_answer")
    assert isinstance(first, Unknown)
    second, on_air = bench.send()
    assert isinstance(second, Accepted | Unknown)
    assert on_air == 1
    assert any(isinstance(event, LateAnswer) for event in bench.driver.take_events())


@pytest.mark.parametrize("fault", ["garbage", "split", "join", "double_cr", "cnmi_mode_1", "cpin_without_ok"])
def test_a_messy_phone_starts_all_the_same(bench: Bench, fault: str) -> None:
    bench.phone.faults.set(fault)
    assert bench.driver.start().imei


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("sim_missing", PhoneCondition.SIM_MISSING),
        ("sim_pin", PhoneCondition.SIM_PIN),
        ("sim_puk", PhoneCondition.SIM_PUK),
        ("sim_busy", PhoneCondition.INITIALISING),
        ("no_smsc", PhoneCondition.NO_SMSC),
        ("no_signal", PhoneCondition.NO_SIGNAL),
        ("not_registered", PhoneCondition.NOT_REGISTERED),
        ("hang", PhoneCondition.SILENT),
        ("unplugged", PhoneCondition.DISCONNECTED),
    ],
)
def test_what_is_missing_is_told_at_start_and_gone_when_mended(bench: Bench, fault: str, state: PhoneCondition) -> None:
    bench.phone.faults.set(fault)
    with pytest.raises(PhoneDown) as caught:
        bench.driver.start()
    assert caught.value.condition is state
    bench.phone.faults.clear(fault)
    assert bench.driver.start().imei


@pytest.mark.parametrize("code", ["14", "314", "515"])
def test_a_storm_of_busy_codes_at_start_is_waited_out(bench: Bench, code: str) -> None:
    bench.phone.faults.set("not_yet", {"value": code, "times": 12})
    assert bench.driver.start().imei
    assert bench.send()[1] == 1


def test_a_phone_in_airplane_mode_is_brought_back(bench: Bench) -> None:
    bench.phone.faults.set("radio_off")
    assert bench.driver.start().imei


@pytest.mark.parametrize(
    ("fault", "notice"), [("roaming", PhoneCondition.ROAMING), ("store_full", PhoneCondition.STORE_FULL)]
)
def test_what_is_no_obstacle_is_told_and_the_phone_sends(bench: Bench, fault: str, notice: PhoneCondition) -> None:
    bench.phone.faults.set(fault)
    assert bench.driver.start().imei
    told = bench.driver.health()
    assert (told.condition, told.notices) == (PhoneCondition.READY, (notice,))
    assert isinstance(bench.send()[0], Accepted)


def test_a_full_store_is_an_event_and_what_waited_comes_once_there_is_room() -> None:
    bench = a_bench(capacity=2)
    bench.driver.start()
    for number in range(4):
        bench.phone.deliver("+5581900000012", f"texto {number}", bench.clock.now)
    events: list[object] = []
    for _ in range(6):
        events += bench.driver.wait(1.0)
    assert sum(isinstance(event, StoreFull) for event in events) == 1
    seen: list[str] = []
    while stored := bench.driver.list_stored():
        for entry in stored:
            seen.append(Deliver.from_hex(entry.pdu).text)
            assert bench.driver.delete_stored(entry.memory, entry.index)
        bench.driver.wait(1.0)
    assert seen == [f"texto {number}" for number in range(4)]


def values(name: str) -> st.SearchStrategy[object]:
    spec = next(spec for spec in FAULTS if spec.name == name)
    if spec.kind is ValueKind.CHOICE:
        return st.sampled_from(spec.choices)
    if spec.kind is ValueKind.SECONDS:
        return st.floats(0.1, 250.0)
    return st.just(spec.default)


MESS = ("garbage", "split", "join", "chatter", "double_cr", "echo_pdu", "no_prompt_space", "late_prompt")
FATE = ("late_answer", "mute_after_submit", "lost_before_air", "bare_ok", "error_though_sent", "reject", "slow")


@given(
    mess=st.sets(st.sampled_from(MESS), max_size=3),
    plan=st.lists(st.sampled_from((None, *FATE)), max_size=6),
    data=st.data(),
)
@settings(max_examples=80, deadline=None)
def test_a_series_of_sends_never_lies_about_the_air(
    mess: set[str], plan: list[str | None], data: st.DataObject
) -> None:
    bench = a_bench()
    bench.driver.start()
    for name in mess:
        bench.phone.faults.set(name, data.draw(values(name), label=name))
    for fate in plan:
        if fate is not None:
            bench.phone.faults.set(fate, data.draw(values(fate), label=fate))
        outcome, on_air = bench.send()
        if fate is not None:
            bench.phone.faults.clear(fate)
        assert on_air <= 1
        if isinstance(outcome, Accepted):
            assert on_air == 1
        if isinstance(outcome, NOT_ON_AIR):
            assert on_air == 0
        bench.driver.wait(7.0)
