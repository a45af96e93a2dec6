"""Every setting of Recado, read from the environment once and refused by name when bad.

One table (`SETTINGS`) says name, meaning, default and how to read the text. `docs/configuracao.md` shows the same
table, and a test keeps the two equal. A variable that begins with `RECADO_` and is not in the table is refused:
a typing error must not silently leave a default in force.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from recado.conf.mail import parse_smtp_url
from recado.conf.networks import parse_networks

PREFIX = "RECADO_"


class ConfigurationError(Exception):
    """The environment asks for something impossible; the text (pt-BR) names the variable and what it takes."""


Value = str | int | float | bool | Path | tuple[str, ...] | tuple[int, ...] | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: `name` without the prefix, `default` as text, `read` gives the value (ValueError: pt-BR reason)."""

    name: str
    help: str
    default: str
    read: Callable[[str], Value]


def _text(raw: str) -> str:
    return raw


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _is_number(raw: str) -> bool:
    # The length first: int() refuses thousands of digits, in English.
    return len(raw) <= 18 and raw.isascii() and raw.isdigit()


def _numbers(raw: str) -> tuple[int, ...]:
    words = _words(raw)
    if not all(_is_number(word) for word in words):
        raise ValueError("use números separados por vírgula, como 2,5")
    return tuple(int(word) for word in words)


def _flag(raw: str) -> bool:
    match raw.strip().lower():
        case "1" | "sim" | "true" | "yes":
            return True
        case "0" | "não" | "nao" | "false" | "no" | "":
            return False
    raise ValueError("use sim ou não")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        if not (_is_number(raw) and low <= int(raw) <= high):
            raise ValueError(f"use um número inteiro de {low} a {high}")
        return int(raw)

    return read


def _seconds(low: float, high: float) -> Callable[[str], float]:
    def read(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise ValueError(f"use segundos de {low:g} a {high:g}")
        return value

    return read


def _path(raw: str) -> Path:
    if "\0" in raw or not raw.strip():
        raise ValueError("use o caminho de uma pasta")
    try:
        return Path(raw).expanduser().absolute()
    except RuntimeError:
        raise ValueError("use o caminho completo: não há pasta pessoal para o ~") from None


def _optional_path(raw: str) -> Path | None:
    return _path(raw) if raw else None


def _time_zone(raw: str) -> str:
    try:
        zoneinfo.ZoneInfo(raw)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("use um fuso da base IANA, como America/Recife") from None
    return raw


def _database_url(raw: str) -> str:
    if not raw:
        return raw
    try:
        parsed = dj_database_url.parse(raw)
    except (dj_database_url.UnknownSchemeError, dj_database_url.ParseError, ValueError):
        parsed = {"ENGINE": ""}
    if parsed["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValueError("use sqlite:////caminho/recado.db ou postgresql://usuario@host/banco")
    return raw


def _postgresql_url(raw: str) -> str:
    if not raw:
        return raw
    try:
        parts = urlsplit(raw)
        usable = parts.scheme in ("postgresql", "postgres") and bool(parts.hostname or parts.query)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        # The address holds a password: the message does not repeat it.
        raise ValueError("use postgresql://usuario:senha@host/banco")
    return raw


_PIN = re.compile(r"[0-9]{4,8}")


def _pins(raw: str) -> dict[str, str]:
    pins: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in raw.split(";"))):
        name, equals, pin = entry.rpartition("=")
        if not (equals and name.strip() and _PIN.fullmatch(pin.strip())):
            # The value is a secret: the message does not repeat it.
            raise ValueError("use APARELHO=PIN, com PIN de 4 a 8 dígitos, separados por ponto e vírgula")
        pins[name.strip()] = pin.strip()
    return pins


def _log_level(raw: str) -> str:
    if raw.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("use DEBUG, INFO, WARNING ou ERROR")
    return raw.upper()


def _address(raw: str) -> str:
    host, colon, port = raw.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("use ENDEREÇO:PORTA, como 127.0.0.1:8000")
    return raw


def _is_mail_address(word: str) -> bool:
    local, at, domain = word.rpartition("@")
    return bool(local and at and "." in domain) and word.isprintable() and not set(word) & set(" ,;<>\"'\r\n")


def _mail_addresses(raw: str) -> tuple[str, ...]:
    words = _words(raw)
    if not all(_is_mail_address(word) for word in words):
        raise ValueError("use endereços de e-mail separados por vírgula")
    return words


def _mail_sender(raw: str) -> str:
    if raw and not _is_mail_address(raw):
        raise ValueError("use um endereço de e-mail, como recado@companhia.example")
    return raw


def _networks(raw: str) -> str:
    parse_networks(raw)
    return raw


def _smtp_url(raw: str) -> str:
    if raw:
        parse_smtp_url(raw)
    return raw


def _webhook_url(raw: str) -> str:
    if not raw:
        return raw
    try:
        parts = urlsplit(raw)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    here = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise ValueError("use um endereço https:// (http:// só nesta máquina), sem usuário e senha")
    return raw


def _public_url(raw: str) -> str:
    if not raw:
        return raw
    try:
        url = _webhook_url(raw)
        plain = not (urlsplit(url).query or urlsplit(url).fragment)
    except ValueError:
        plain = False
    if not plain:
        raise ValueError("use um endereço https:// (http:// só nesta máquina), como https://recado.companhia.example")
    return raw.rstrip("/")


def _dotted(raw: str) -> str:
    if raw and not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", raw, re.ASCII):
        raise ValueError("use pacote.modulo:Classe")
    return raw


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "HOME",
        "Pasta dos dados: banco, chave, soquetes e travas. Criada com acesso só do dono.",
        "~/.local/share/recado",
        _path,
    ),
    Setting(
        "DATABASE_URL",
        "Banco de dados. Vazio: SQLite em RECADO_HOME/recado.db. PostgreSQL: postgresql://usuario@host/banco.",
        "",
        _database_url,
    ),
    Setting("TIME_ZONE", "Fuso horário das telas, dos filtros e dos relatórios.", "America/Sao_Paulo", _time_zone),
    Setting(
        "SECRET_KEY",
        "Chave que assina sessões. Vazia: criada na primeira vez em RECADO_HOME/secret_key (modo 0600).",
        "",
        _text,
    ),
    Setting("HTTP_ADDRESS", "Endereço e porta em que as telas atendem.", "127.0.0.1:8000", _address),
    Setting(
        "ALLOWED_HOSTS",
        "Nomes pelos quais o servidor responde, separados por vírgula.",
        "localhost,127.0.0.1",
        _words,
    ),
    Setting(
        "HTTPS",
        "Sim quando há um proxy HTTPS à frente (cookies seguros, HSTS, X-Forwarded-Proto aceito).",
        "não",
        _flag,
    ),
    Setting("WEB_WORKERS", "Processos do servidor de telas.", "2", _whole(1, 64)),
    Setting("WEB_THREADS", "Linhas de execução por processo do servidor de telas.", "4", _whole(1, 64)),
    Setting("COMPANY", "Nome da companhia, como assina os SMS.", "Companhia Exemplo de Água", _text),
    Setting("COMPANY_PHONE", "Telefone da companhia citado nos SMS.", "0800 000 0000", _text),
    Setting(
        "SUCCESS_REASONS",
        "Códigos dos motivos de encerramento que avisam o cliente de que o pedido foi atendido.",
        "2",
        _numbers,
    ),
    Setting(
        "PACE",
        "Segundos entre o começo de dois envios no mesmo chip, para aparelhos novos.",
        "7",
        _seconds(0, 3600),
    ),
    Setting(
        "SEND_DEADLINE",
        "Segundos de espera pela resposta da operadora a um SMS; depois disso o resultado é desconhecido.",
        "180",
        _seconds(180, 3600),
    ),
    Setting(
        "PHONE_CHECK_SECONDS",
        "Segundos entre as perguntas a um aparelho parado (AT, rede, sinal), que notam a ligação que caiu em silêncio.",
        "30",
        _seconds(5, 300),
    ),
    Setting(
        "SIM_PINS",
        "PIN do chip de cada aparelho, como Aparelho 1=1234;Aparelho 2=5678. Segredo;"
        " cada um é tentado uma vez por chip.",
        "",
        _pins,
    ),
    Setting(
        "OPT_OUT_WORDS",
        "Respostas por SMS que pedem para não receber mais, sem acentos, separadas por vírgula.",
        "SAIR,PARE,PARAR,CANCELAR,REMOVER,STOP",
        _words,
    ),
    Setting(
        "ALARM_EMAIL",
        "Quem recebe alarmes por e-mail (endereços separados por vírgula). Vazio: ninguém.",
        "",
        _mail_addresses,
    ),
    Setting(
        "ALARM_WEBHOOK",
        "Endereço https:// que recebe os alarmes em JSON, por POST. Vazio: nenhum.",
        "",
        _webhook_url,
    ),
    Setting(
        "ALARM_WEBHOOK_SECRET",
        "Segredo que assina o JSON dos alarmes (cabeçalho Recado-Signature, HMAC-SHA256). Vazio: sem assinatura.",
        "",
        _text,
    ),
    Setting(
        "WEBHOOK_NETWORKS",
        "Redes internas a que avisos a outros sistemas podem ir, como 10.1.0.0/16, também por http. Vazio: nenhuma.",
        "",
        _networks,
    ),
    Setting(
        "ALARM_PHONE_DOWN_MINUTES",
        "Minutos sem um aparelho estar pronto até o alarme.",
        "10",
        _whole(1, 10_080),
    ),
    Setting(
        "ALARM_GATEWAY_MINUTES",
        "Minutos sem sinal de vida do serviço de envio até o alarme e o aviso no alto das telas e em /saude/.",
        "3",
        _whole(1, 10_080),
    ),
    Setting(
        "ALARM_OLDEST_URGENT_MINUTES",
        "Minutos de espera da mensagem urgente mais antiga até o alarme.",
        "15",
        _whole(1, 10_080),
    ),
    Setting(
        "ALARM_ERROR_PERCENT",
        "Alarme quando mais que tantos por cento das mensagens da última hora (ao menos 20) terminam com erro.",
        "20",
        _whole(1, 100),
    ),
    Setting(
        "SMTP_URL",
        "Servidor de e-mail: smtp+starttls://usuario:senha@servidor:587, smtps://… ou, na própria rede, smtp://….",
        "",
        _smtp_url,
    ),
    Setting("MAIL_FROM", "Remetente dos e-mails do Recado.", "", _mail_sender),
    Setting(
        "PUBLIC_URL",
        "Endereço https:// pelo qual clientes abrem a página de avaliação. Vazio: nenhuma avaliação é pedida.",
        "",
        _public_url,
    ),
    Setting(
        "GSAN_DATABASE_URL",
        "Banco do GSAN a ler, com uma conta que só lê: postgresql://usuario:senha@host/banco. Vazio: nenhum.",
        "",
        _postgresql_url,
    ),
    Setting(
        "GSAN_NINTH_DIGIT",
        "Sim: o celular de 10 dígitos que vem do GSAN recebe o 9 e a mensagem diz isso. Não: fica sem SMS.",
        "não",
        _flag,
    ),
    Setting(
        "GSAN_WRITE_BACK_URL",
        "Banco do GSAN com uma conta que grava em mensagem_sms o destino de cada SMS. Vazio: nada é gravado.",
        "",
        _postgresql_url,
    ),
    Setting("BATCH_MAX_MB", "Tamanho máximo, em MB, do arquivo de um lote de SMS.", "200", _whole(1, 4096)),
    Setting(
        "BILL_SOURCE",
        "Leitor próprio de contas para recado billing read, como pacote.modulo:Classe. Vazio: só arquivos.",
        "",
        _dotted,
    ),
    Setting("SESSION_HOURS", "Horas até a sessão terminar sem uso.", "8", _whole(1, 168)),
    Setting("LOG_LEVEL", "Nível do registro: DEBUG, INFO, WARNING ou ERROR.", "INFO", _log_level),
    Setting("DEMO", "Sim: os dados são fictícios; as telas dizem isso e mostram o aparelho emulado.", "não", _flag),
    Setting(
        "EMULATOR_CONTROL",
        "Soquete de controle do aparelho emulado. Vazio: RECADO_HOME/run/emulator.sock.",
        "",
        _optional_path,
    ),
    Setting("DEBUG", "Sim só para desenvolver o Recado; nunca em produção.", "não", _flag),
)


def read_environment(environ: Mapping[str, str]) -> dict[str, Value]:
    """Read every setting from `environ`; the result maps the name without prefix to its value.

    Raises ConfigurationError that names each unknown or bad variable, all of them at once.
    """
    known = {setting.name for setting in SETTINGS}
    faults = [
        _unknown(variable, known)
        for variable in sorted(environ)
        if variable.startswith(PREFIX) and variable.removeprefix(PREFIX) not in known
    ]
    values: dict[str, Value] = {}
    for setting in SETTINGS:
        raw = environ.get(PREFIX + setting.name, setting.default)
        try:
            values[setting.name] = setting.read(raw)
        except ValueError as reason:
            faults.append(f"{PREFIX}{setting.name}: valor não aceito; {reason}.")
    if values.get("ALARM_EMAIL") and not (values.get("SMTP_URL") and values.get("MAIL_FROM")):
        faults.append(f"{PREFIX}ALARM_EMAIL: precisa de {PREFIX}SMTP_URL e de {PREFIX}MAIL_FROM.")
    if values.get("GSAN_WRITE_BACK_URL") and not values.get("GSAN_DATABASE_URL"):
        faults.append(f"{PREFIX}GSAN_WRITE_BACK_URL: precisa de {PREFIX}GSAN_DATABASE_URL.")
    if public := values.get("PUBLIC_URL"):
        host, allowed = urlsplit(str(public)).hostname, values.get("ALLOWED_HOSTS")
        if isinstance(allowed, tuple) and not {host, "*"} & set(allowed):
            faults.append(f"{PREFIX}PUBLIC_URL: inclua {host} em {PREFIX}ALLOWED_HOSTS.")
    if faults:
        raise ConfigurationError("\n".join(faults))
    return values


def _unknown(variable: str, known: set[str]) -> str:
    close = difflib.get_close_matches(variable.removeprefix(PREFIX), known, n=1)
    hint = f" Você quis dizer {PREFIX}{close[0]}?" if close else " Veja a tabela em docs/configuracao.md."
    return f"{variable}: não existe.{hint}"
