import pytest

from recado.conf.environment import ConfigurationError, read_environment
from recado.conf.mail import SmtpServer, parse_smtp_url


@pytest.mark.parametrize(
    ("raw", "server"),
    [
        ("smtp://correio", SmtpServer("correio", 25, "", "", starttls=False, tls=False)),
        ("smtps://u:p%40ss@correio", SmtpServer("correio", 465, "u", "p@ss", starttls=False, tls=True)),
        (
            "smtp+starttls://u%40a.example:s@correio:2587",
            SmtpServer("correio", 2587, "u@a.example", "s", starttls=True, tls=False),
        ),
    ],
)
def test_the_address_of_a_mail_server_is_read(raw: str, server: SmtpServer):
    assert parse_smtp_url(raw) == server


@pytest.mark.parametrize("raw", ["correio:25", "http://correio", "smtp://", "smtp://a:x", "smtp://a/b", "smtp://[::"])
def test_what_is_no_mail_server_is_refused(raw: str):
    with pytest.raises(ValueError, match="use smtp"):
        parse_smtp_url(raw)


def test_a_password_shows_nowhere():
    assert "segredo" not in repr(parse_smtp_url("smtps://u:segredo@correio"))
    with pytest.raises(ConfigurationError) as refused:
        read_environment({"RECADO_SMTP_URL": "ftp://u:segredo@correio"})
    assert "segredo" not in str(refused.value)


def test_alarms_by_mail_need_a_server_and_a_sender():
    with pytest.raises(ConfigurationError, match="RECADO_ALARM_EMAIL: precisa de RECADO_SMTP_URL"):
        read_environment({"RECADO_ALARM_EMAIL": "ti@agua.example"})


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("ALARM_EMAIL", "ti"),
        ("ALARM_EMAIL", "ti@agua.example\r\nBcc: x@y.example"),
        ("MAIL_FROM", "Recado"),
        ("ALARM_WEBHOOK", "http://agua.example/x"),
        ("ALARM_WEBHOOK", "https://u:p@agua.example/x"),
        ("ALARM_WEBHOOK", "agua.example"),
        ("ALARM_ERROR_PERCENT", "0"),
        ("ALARM_PHONE_DOWN_MINUTES", "-1"),
    ],
)
def test_a_bad_way_out_is_refused(name: str, bad: str):
    with pytest.raises(ConfigurationError, match=f"RECADO_{name}: valor não aceito"):
        read_environment({f"RECADO_{name}": bad})
