import re
import time
import unittest.mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recado.outbox import numbers
from recado.outbox.numbers import DDDS, NumberRefused, mask_mobile, normalise_mobile, show_mobile

VALID_DDDS = frozenset(
    [
        *range(11, 20),
        *(21, 22, 24, 27, 28),
        *range(31, 36),
        *(37, 38),
        *range(41, 50),
        *(51, 53, 54, 55),
        *range(61, 70),
        *(71, 73, 74, 75, 77, 79),
        *range(81, 90),
        *range(91, 100),
    ]
)


def refusal(written: str) -> str:
    with pytest.raises(NumberRefused) as caught:
        normalise_mobile(written)
    return str(caught.value)


def test_there_are_67_ddds():
    assert {int(ddd) for ddd in DDDS} == VALID_DDDS
    assert len(DDDS) == 67


@pytest.mark.parametrize("ddd", range(10, 100))
def test_a_mobile_is_taken_exactly_when_its_ddd_exists(ddd: int):
    if ddd in VALID_DDDS:
        assert normalise_mobile(f"({ddd}) 91234-5678") == f"+55{ddd}912345678"
    else:
        refusal(f"({ddd}) 91234-5678")


@pytest.mark.parametrize("ddd", sorted(set(range(10, 100)) - VALID_DDDS - {90}))
def test_a_ddd_that_does_not_exist_is_named(ddd: int):
    assert refusal(f"{ddd}912345678") == f"O DDD {ddd} não existe."


@pytest.mark.parametrize(
    "written",
    [
        "81912345678",
        "(81) 91234-5678",
        " 81 91234 5678 ",
        "81.91234.5678",
        "81/91234-5678",
        "(81)\u00a091234-5678",
        "081 91234-5678",
        "0 81 91234-5678",
        "021 81 91234-5678",
        "0158191234-5678",
        "+55 81 91234-5678",
        "+5581912345678",
        "5581912345678",
        "55 (81) 91234-5678",
        "+55 (081) 91234-5678",
    ],
)
def test_every_usual_writing_gives_one_e164_number(written: str):
    assert normalise_mobile(written) == "+5581912345678"


def test_ddd_55_is_no_country_code():
    assert normalise_mobile("55 91234-5678") == "+5555912345678"
    assert normalise_mobile("55 55 91234-5678") == "+5555912345678"


@pytest.mark.parametrize("written", ["(81) 3234-5678", "8123345678", "+55 81 4004-0000", "8155551234"])
def test_a_landline_is_refused_because_it_gets_no_sms(written: str):
    assert refusal(written) == "Este número é fixo e não recebe SMS."


@pytest.mark.parametrize("written", ["(81) 8123-4567", "8171234567", "+55 81 8123-4567", "8161234567"])
def test_a_missing_9_is_hinted_at_and_never_added(written: str):
    assert refusal(written) == "Parece faltar o 9 depois do DDD. Confirme com o cliente."


@pytest.mark.parametrize("written", ["81 9123-4567", "(81) 9999-9999", "+55 81 9123-4567", "081 91234-567"])
def test_a_9_that_is_there_is_not_said_to_be_missing_but_a_digit_is(written: str):
    assert refusal(written) == (
        "Este número tem 10 dígitos; um celular tem 11: o DDD e mais 9, a começar por 9. Confirme com o cliente."
    )


@pytest.mark.parametrize("written", ["91234-5678", "912345678", "8123-4567"])
def test_a_number_without_ddd_is_asked_for_it(written: str):
    assert refusal(written).startswith("Falta o DDD.")


@pytest.mark.parametrize("written", ["190", "28000", "*100#", "0800 000 0000", "4004 0000"])
def test_short_codes_and_service_numbers_are_no_mobiles(written: str):
    refusal(written)


@pytest.mark.parametrize("written", ["+1 202 555 0100", "+351 912 345 678", "+54 9 11 1234 5678"])
def test_a_foreign_number_is_refused_as_foreign(written: str):
    assert "outro país" in refusal(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "ligar à tarde",
        "81 91234-5678 ramal 2",
        "81 91234-5678;ext=2",
        "tel:81912345678",
        "81 9123A-5678",
        "8191234567",
        "819123456789",
        "81 81234 56789",
        "\0",
        "81912345678\0",
        "81912345678\n81912345679",
        "٨١٩١٢٣٤٥٦٧٨",
        "８１９１２３４５６７８",
        "८१९१२३४५६७८",
        "81²12345678",
        "+",
        "81 91234-5678 / 81 98765-4321",
        "()",
        "-----------",
        "0" * 11,
        "9" * 40,
    ],
)
def test_what_is_no_mobile_is_refused_with_a_sentence(written: str):
    assert refusal(written).endswith(".")


def test_ten_megabytes_are_refused_at_once():
    started = time.thread_time()
    refusal("9" * 10_000_000)
    refusal("+55 81 91234-5678" + " " * 10_000_000 + "x")
    assert time.thread_time() - started < 2


def is_brazilian_mobile(number: str) -> bool:
    return (
        len(number) == 14
        and number.startswith("+55")
        and number[1:].isascii()
        and number[1:].isdigit()
        and number[3:5] in DDDS
        and number[5] == "9"
    )


@given(st.one_of(st.text(max_size=60), st.text("0123456789+() -./\u00a0", max_size=45)))
@example("+55 81 9+1234-5678")
@example("0055819123456789")
@example("90 81 91234-5678")
def test_whatever_is_written_gives_a_brazilian_mobile_or_a_refusal(written: str):
    try:
        number = normalise_mobile(written)
    except NumberRefused:
        refusal(written)
        return
    assert is_brazilian_mobile(number)
    assert normalise_mobile(number) == number


@given(st.sampled_from(sorted(DDDS)), st.integers(0, 99_999_999), st.sampled_from(["", "0", "55", "+55", "021", "015"]))
def test_no_prefix_changes_whose_mobile_it_is(ddd: str, subscriber: int, prefix: str):
    national = f"{ddd}9{subscriber:08d}"
    assert normalise_mobile(prefix + national) == f"+55{national}"


def test_a_mobile_is_shown_as_people_write_it():
    assert show_mobile("+5581912345678") == "(81) 91234-5678"


@pytest.mark.parametrize("number", ["", "+351912345678", "81912345678"])
def test_what_is_no_e164_mobile_is_shown_as_it_is(number: str):
    assert show_mobile(number) == number


def test_a_log_has_only_the_last_two_digits():
    assert mask_mobile("+5581912345678") == "•••78"


@given(
    prefix=st.sampled_from(["", "55", "+55", "+55 ", "55 "]),
    ddd=st.integers(11, 99),
    brackets=st.booleans(),
    blank=st.sampled_from(["", " "]),
    dash=st.sampled_from(["", "-", " "]),
    subscriber=st.integers(10**8 * 8, 10**9 - 1),
)
def test_the_short_way_says_what_the_library_says(
    prefix: str, ddd: int, brackets: bool, blank: str, dash: str, subscriber: int
) -> None:
    area = f"({ddd})" if brackets else str(ddd)
    written = f"{prefix}{area}{blank}{str(subscriber)[:5]}{dash}{str(subscriber)[5:]}"
    with unittest.mock.patch.object(numbers, "_USUAL", re.compile("(?!)")):
        slowly = told(written)
    assert told(written) == slowly


def told(written: str) -> str:
    try:
        return normalise_mobile(written)
    except NumberRefused as refusal:
        return str(refusal)
