"""Every setting of Recado, read from the environment once and refused by name when bad.

One table (`SETTINGS`) says name, meaning, default and how to read the text. `docs/configuracao.md` shows the same
table, and a test keeps the two equal. A variable that begins with `RECADO_` and is not in the table is refused:
a typing error must not silently leave a default in force.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from recado.conf.readers import (
    read_address,
    read_database_url,
    read_dotted,
    read_flag,
    read_log_level,
    read_mail_addresses,
    read_mail_sender,
    read_networks,
    read_numbers,
    read_optional_path,
    read_path,
    read_pins,
    read_postgresql_url,
    read_public_url,
    read_seconds,
    read_smtp_url,
    read_text,
    read_time_zone,
    read_webhook_url,
    read_whole,
    read_words,
)

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


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "HOME",
        "Pasta dos dados: banco, chave, soquetes e travas. Criada com acesso só do dono.",
        "~/.local/share/recado",
        read_path,
    ),
    Setting(
        "DATABASE_URL",
        "Banco de dados. Vazio: SQLite em RECADO_HOME/recado.db. PostgreSQL: postgresql://usuario@host/banco.",
        "",
        read_database_url,
    ),
    Setting("TIME_ZONE", "Fuso horário das telas, dos filtros e dos relatórios.", "America/Sao_Paulo", read_time_zone),
    Setting(
        "SECRET_KEY",
        "Chave que assina sessões. Vazia: criada na primeira vez em RECADO_HOME/secret_key (modo 0600).",
        "",
        read_text,
    ),
    Setting("HTTP_ADDRESS", "Endereço e porta em que as telas atendem.", "127.0.0.1:8000", read_address),
    Setting(
        "ALLOWED_HOSTS",
        "Nomes pelos quais o servidor responde, separados por vírgula.",
        "localhost,127.0.0.1",
        read_words,
    ),
    Setting(
        "HTTPS",
        "Sim quando há um proxy HTTPS à frente (cookies seguros, HSTS, X-Forwarded-Proto aceito).",
        "não",
        read_flag,
    ),
    Setting(
        "PROXIES",
        "Com RECADO_HTTPS=sim: quantos proxies, um atrás do outro, cada pedido atravessa. O endereço de quem usa é o"
        " que o primeiro deles informa em X-Forwarded-For.",
        "1",
        read_whole(1, 9),
    ),
    Setting("WEB_WORKERS", "Processos do servidor de telas.", "2", read_whole(1, 64)),
    Setting("WEB_THREADS", "Linhas de execução por processo do servidor de telas.", "4", read_whole(1, 64)),
    Setting("COMPANY", "Nome da companhia, como assina os SMS.", "Companhia Exemplo de Água", read_text),
    Setting("COMPANY_PHONE", "Telefone da companhia citado nos SMS.", "0800 000 0000", read_text),
    Setting(
        "SUCCESS_REASONS",
        "Códigos dos motivos de encerramento que avisam o cliente de que o pedido foi atendido.",
        "2",
        read_numbers,
    ),
    Setting(
        "PACE",
        "Segundos entre o começo de dois envios no mesmo chip, para aparelhos novos. 0, um logo depois do outro, é só"
        " para testes.",
        "7",
        read_seconds(0, 3600),
    ),
    Setting(
        "SEND_DEADLINE",
        "Segundos de espera pela resposta da operadora a um SMS; depois disso o resultado é desconhecido.",
        "180",
        read_seconds(180, 3600),
    ),
    Setting(
        "PHONE_CHECK_SECONDS",
        "Segundos entre as perguntas a um aparelho parado (AT, rede, sinal), que notam a ligação que caiu em silêncio.",
        "30",
        read_seconds(5, 300),
    ),
    Setting(
        "SIM_PINS",
        "PIN do chip de cada aparelho, como Aparelho 1=1234;Aparelho 2=5678. Segredo;"
        " cada um é tentado uma vez por chip.",
        "",
        read_pins,
    ),
    Setting(
        "OPT_OUT_WORDS",
        "Respostas por SMS que pedem para não receber mais, sem acentos, separadas por vírgula.",
        "SAIR,PARE,PARAR,CANCELAR,REMOVER,STOP",
        read_words,
    ),
    Setting(
        "ALARM_EMAIL",
        "Quem recebe alarmes por e-mail (endereços separados por vírgula). Vazio: ninguém.",
        "",
        read_mail_addresses,
    ),
    Setting(
        "ALARM_WEBHOOK",
        "Endereço https:// que recebe os alarmes em JSON, por POST. Vazio: nenhum.",
        "",
        read_webhook_url,
    ),
    Setting(
        "ALARM_WEBHOOK_SECRET",
        "Segredo que assina o JSON dos alarmes (cabeçalho Recado-Signature, HMAC-SHA256). Vazio: sem assinatura.",
        "",
        read_text,
    ),
    Setting(
        "WEBHOOK_NETWORKS",
        "Redes internas a que avisos a outros sistemas podem ir, como 10.1.0.0/16, também por http. Vazio: nenhuma.",
        "",
        read_networks,
    ),
    Setting(
        "ALARM_PHONE_DOWN_MINUTES",
        "Minutos sem um aparelho estar pronto até o alarme.",
        "10",
        read_whole(1, 10_080),
    ),
    Setting(
        "ALARM_GATEWAY_MINUTES",
        "Minutos sem sinal de vida do serviço de envio até o alarme e o aviso no alto das telas e em /saude/.",
        "3",
        read_whole(1, 10_080),
    ),
    Setting(
        "ALARM_OLDEST_URGENT_MINUTES",
        "Minutos até o alarme: de espera da mensagem urgente mais antiga, ou sem leitura do GSAN.",
        "15",
        read_whole(1, 10_080),
    ),
    Setting(
        "ALARM_ERROR_PERCENT",
        "Alarme quando mais que tantos por cento das mensagens da última hora (ao menos 20) terminam com erro.",
        "20",
        read_whole(1, 100),
    ),
    Setting(
        "SMTP_URL",
        "Servidor de e-mail: smtp+starttls://usuario:senha@servidor:587, smtps://… ou, na própria rede, smtp://….",
        "",
        read_smtp_url,
    ),
    Setting("MAIL_FROM", "Remetente dos e-mails do Recado.", "", read_mail_sender),
    Setting(
        "PUBLIC_URL",
        "Endereço https:// pelo qual clientes abrem a página de avaliação. Vazio: nenhuma avaliação é pedida.",
        "",
        read_public_url,
    ),
    Setting(
        "GSAN_DATABASE_URL",
        "Banco do GSAN a ler, com uma conta que só lê: postgresql://usuario:senha@host/banco. Vazio: nenhum.",
        "",
        read_postgresql_url,
    ),
    Setting(
        "GSAN_NINTH_DIGIT",
        "Sim: o celular de 10 dígitos que vem do GSAN recebe o 9 e a mensagem diz isso. Não: fica sem SMS.",
        "não",
        read_flag,
    ),
    Setting(
        "GSAN_WRITE_BACK_URL",
        "Banco do GSAN com uma conta que grava em mensagem_sms o destino de cada SMS. Vazio: nada é gravado.",
        "",
        read_postgresql_url,
    ),
    Setting("BATCH_MAX_MB", "Tamanho máximo, em MB, do arquivo de um lote de SMS.", "200", read_whole(1, 4096)),
    Setting(
        "BILL_SOURCE",
        "Leitor próprio de contas para recado billing read, como pacote.modulo:Classe. Vazio: só arquivos.",
        "",
        read_dotted,
    ),
    Setting("SESSION_HOURS", "Horas até a sessão terminar sem uso.", "8", read_whole(1, 168)),
    Setting("LOG_LEVEL", "Nível do registro: DEBUG, INFO, WARNING ou ERROR.", "INFO", read_log_level),
    Setting("DEMO", "Sim: os dados são fictícios; as telas dizem isso e mostram o aparelho emulado.", "não", read_flag),
    Setting(
        "EMULATOR_CONTROL",
        "Soquete de controle do aparelho emulado. Vazio: RECADO_HOME/run/emulator.sock.",
        "",
        read_optional_path,
    ),
    Setting("DEBUG", "Sim só para desenvolver o Recado; nunca em produção.", "não", read_flag),
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
