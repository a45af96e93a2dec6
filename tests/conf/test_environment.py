from pathlib import Path

import pytest

from recado.conf.environment import PREFIX, SETTINGS, ConfigurationError, read_environment


def refusal(**environ: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_environment({PREFIX + name: value for name, value in environ.items()})
    return str(caught.value)


def read(name: str, value: str) -> object:
    return read_environment({PREFIX + name: value})[name]


def test_an_empty_environment_gives_every_default():
    values = read_environment({"PATH": "/usr/bin"})
    assert set(values) == {setting.name for setting in SETTINGS}
    assert values["PACE"] == 7.0
    assert values["TIME_ZONE"] == "America/Sao_Paulo"
    assert values["SUCCESS_REASONS"] == (2,)
    assert values["DEBUG"] is False
    assert values["DEMO"] is False


def test_every_setting_says_what_it_means():
    assert all(setting.help.endswith(".") for setting in SETTINGS)


def test_a_misspelt_variable_is_refused_with_the_name_it_resembles():
    assert refusal(DATABSE_URL="x") == "RECADO_DATABSE_URL: não existe. Você quis dizer RECADO_DATABASE_URL?"


def test_a_variable_like_none_is_refused_with_the_place_of_the_table():
    assert refusal(QQQQ="x") == "RECADO_QQQQ: não existe. Veja a tabela em docs/configuracao.md."


def test_variables_of_other_programs_are_not_looked_at():
    read_environment({"RECADOX": "1", "XRECADO_PACE": "-1"})


def test_all_faults_are_told_at_once():
    text = refusal(PACE="rápido", WEB_WORKERS="0", PAEC="1")
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("HOME", ""),
        ("HOME", "a\0b"),
        ("HOME", "~no-such-user-here/recado"),
        ("EMULATOR_CONTROL", "a\0b"),
        ("DATABASE_URL", "mysql://root@localhost/recado"),
        ("DATABASE_URL", "recado.db"),
        ("DATABASE_URL", "oracle+x://"),
        ("TIME_ZONE", "Brasil/Recife"),
        ("TIME_ZONE", ""),
        ("TIME_ZONE", "../../etc/passwd"),
        ("TIME_ZONE", "America"),
        ("HTTP_ADDRESS", "8000"),
        ("HTTP_ADDRESS", "localhost:"),
        ("HTTP_ADDRESS", "localhost:0"),
        ("HTTP_ADDRESS", "localhost:65536"),
        ("HTTP_ADDRESS", "localhost:٨٠"),
        ("HTTPS", "talvez"),
        ("WEB_WORKERS", "0"),
        ("WEB_WORKERS", "65"),
        ("WEB_WORKERS", "2.0"),
        ("WEB_THREADS", "-1"),
        ("WEB_THREADS", "٤"),
        ("WEB_THREADS", "9" * 5000),
        ("SUCCESS_REASONS", "2;5"),
        ("SUCCESS_REASONS", "-2"),
        ("SUCCESS_REASONS", "9" * 5000),
        ("PACE", "-1"),
        ("PACE", "nan"),
        ("PACE", "inf"),
        ("PACE", "7 s"),
        ("SEND_DEADLINE", "60"),
        ("SESSION_HOURS", "169"),
        ("LOG_LEVEL", "VERBOSE"),
        ("DEMO", "2"),
        ("DEBUG", "on/off"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(name: str, bad: str):
    text = refusal(**{name: bad})
    assert text.startswith(f"RECADO_{name}: valor não aceito; use ")
    assert len(text) < 200


def test_a_refusal_never_repeats_a_secret():
    assert "hunter2" not in refusal(DATABASE_URL="mysql://root:hunter2@localhost/recado")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("HOME", "/srv/recado", Path("/srv/recado")),
        ("EMULATOR_CONTROL", "", None),
        ("EMULATOR_CONTROL", "/run/x.sock", Path("/run/x.sock")),
        ("DATABASE_URL", "", ""),
        ("DATABASE_URL", "postgresql://recado@/recado?host=/tmp", "postgresql://recado@/recado?host=/tmp"),
        ("DATABASE_URL", "sqlite:////srv/recado.db", "sqlite:////srv/recado.db"),
        ("TIME_ZONE", "America/Recife", "America/Recife"),
        ("HTTP_ADDRESS", "[::1]:8000", "[::1]:8000"),
        ("ALLOWED_HOSTS", "a.example, b.example,", ("a.example", "b.example")),
        ("SUCCESS_REASONS", "2, 5", (2, 5)),
        ("SUCCESS_REASONS", "", ()),
        ("PACE", "0", 0.0),
        ("PACE", "7.5", 7.5),
        ("HTTPS", "Sim", True),
        ("HTTPS", "NÃO", False),
        ("HTTPS", "", False),
        ("DEMO", "1", True),
        ("LOG_LEVEL", "debug", "DEBUG"),
    ],
)
def test_a_good_value_is_read(name: str, text: str, value: object):
    assert read(name, text) == value


def test_a_relative_home_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    assert read("HOME", "dados") == tmp_path / "dados"


def test_the_public_address_must_be_one_that_the_server_answers_to():
    wanted = {"RECADO_PUBLIC_URL": "https://recado.agua.example/"}
    with pytest.raises(ConfigurationError, match=r"inclua recado\.agua\.example em RECADO_ALLOWED_HOSTS"):
        read_environment(wanted)
    values = read_environment(wanted | {"RECADO_ALLOWED_HOSTS": "localhost,recado.agua.example"})
    assert values["PUBLIC_URL"] == "https://recado.agua.example"


@pytest.mark.parametrize(
    "bad", ["recado.agua.example", "http://recado.agua.example", "https://a@b.example", "https://b.example/?x"]
)
def test_a_public_address_is_https_and_plain(bad: str):
    with pytest.raises(ConfigurationError, match="RECADO_PUBLIC_URL: valor não aceito"):
        read_environment({"RECADO_PUBLIC_URL": bad})
