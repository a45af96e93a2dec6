"""click speaks English by itself; here is everything it may say to a user, in Brazilian Portuguese.

click takes its words from gettext at each call, under the module names `_` and `ngettext`. Those two names are replaced
in click's own modules only: a global gettext domain would change other libraries' words, and needs files by locale.
A test reads click's source and fails when a version says something that is not in this table.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

WORDS: dict[str, str] = {
    "d": "d",
    "{editor}: Editing failed": "{editor}: a edição falhou",
    "{editor}: Editing failed: {e}": "{editor}: a edição falhou: {e}",
    "Aborted!": "Interrompido.",
    "deprecated": "em desuso",
    "required": "obrigatória",
    "Missing command.": "Falta o comando.",
    "Options": "Opções",
    "Positional arguments": "Argumentos",
    "Commands": "Comandos",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": (
        "Aviso: o comando {name!r} está em desuso.{extra_message}"
    ),
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": (
        "Aviso: {param_type} {name!r} está em desuso.{extra_message}"
    ),
    "Got unexpected extra argument ({args})": "Argumento a mais: {args}",
    "Got unexpected extra arguments ({args})": "Argumentos a mais: {args}",
    "Value must be an iterable.": "O valor deve ser uma lista.",
    "env var: {var}": "variável: {var}",
    "default: {default}": "padrão: {default}",
    "(dynamic)": "(calculado)",
    "Takes {nargs} values but 1 was given.": "Pede {nargs} valores, mas veio 1.",
    "Takes {nargs} values but {len} were given.": "Pede {nargs} valores, mas vieram {len}.",
    "Do you want to continue?": "Continuar?",
    "Confirm the action without prompting.": "Confirma sem perguntar.",
    "%(prog)s, version %(version)s": "%(prog)s, versão %(version)s",
    "Show the version and exit.": "Mostra a versão e sai.",
    "Show this message and exit.": "Mostra esta ajuda e sai.",
    "Did you mean {possibility}?": "Você quis dizer {possibility}?",
    "(Did you mean one of: {possibilities}?)": "(Você quis dizer um destes: {possibilities}?)",
    "Missing argument": "Falta o argumento",
    "Missing option": "Falta a opção",
    "Missing parameter": "Falta o parâmetro",
    "Missing parameter: {param_name}": "Falta o parâmetro: {param_name}",
    "Missing {param_type}": "Falta: {param_type}",
    "unknown error": "erro desconhecido",
    "Invalid value for {param_hint}: {message}": "Valor não aceito em {param_hint}: {message}",
    "Invalid value: {message}": "Valor não aceito: {message}",
    "Could not open file {filename!r}: {message}": "Não foi possível abrir o arquivo {filename!r}: {message}",
    "Error: {message}": "Erro: {message}",
    "Try '{command} {option}' for help.": "Para ver a ajuda: {command} {option}",
    "No such option {name!r}.": "A opção {name!r} não existe.",
    "No such command {name!r}.": "O comando {name!r} não existe.",
    "Usage:": "Uso:",
    "Option {name!r} does not take a value.": "A opção {name!r} não leva valor.",
    "Option {name!r} requires an argument.": "A opção {name!r} pede um valor.",
    "Option {name!r} requires {nargs} arguments.": "A opção {name!r} pede {nargs} valores.",
    "Argument {name!r} takes {nargs} values.": "O argumento {name!r} pede {nargs} valores.",
    "Couldn't detect Bash version, shell completion is not supported.": (
        "Não foi possível saber a versão do Bash; sem complemento automático."
    ),
    "Shell completion is not supported for Bash versions older than 4.4.": (
        "O complemento automático pede Bash 4.4 ou mais novo."
    ),
    "Press any key to continue...": "Aperte uma tecla para continuar…",
    "Repeat for confirmation": "Repita para confirmar",
    "Error: The two entered values do not match.": "Erro: os dois valores digitados são diferentes.",
    "Error: invalid input": "Erro: valor não aceito",
    "Unknown color {colour!r}": "Cor desconhecida: {colour!r}",
    "file": "arquivo",
    "directory": "pasta",
    "path": "caminho",
    "Choose from:\n\t{choices}": "Escolha entre:\n\t{choices}",
    "{value!r} is not {choice}.": "{value!r} não é {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} não é um destes: {choices}.",
    "Choice({choices})": "Escolha({choices})",
    "{value!r} does not match the format {format}.": "{value!r} não segue o formato {format}.",
    "{value!r} does not match the formats {formats}.": "{value!r} não segue nenhum destes formatos: {formats}.",
    "{value} is not in the range {range}.": "{value} está fora do intervalo {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} não é sim nem não. Aceitos: {states}",
    "{len_type} values are required, but {len_value} was given.": "Pede {len_type} valores, mas veio {len_value}.",
    "{len_type} values are required, but {len_value} were given.": "Pede {len_type} valores, mas vieram {len_value}.",
    "{value!r} is not a valid {number_type}.": "{value!r} não é um {number_type}.",
    "{value!r} is not a valid UUID.": "{value!r} não é um UUID.",
    "{name} {filename!r} is a file.": "{name} {filename!r} é um arquivo.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} é uma pasta.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} não pode ser lido.",
    "{name} {filename!r} is not writable.": "{name} {filename!r} não pode ser gravado.",
    "{name} {filename!r} is not executable.": "{name} {filename!r} não pode ser executado.",
    "{name} {filename!r} does not exist.": "{name} {filename!r} não existe.",
    "Unknown standard stream '{name}'": "Fluxo padrão desconhecido: '{name}'",
}

# What {number_type} says; click keeps these names in its classes, out of gettext's reach.
_NUMBERS: dict[type[click.ParamType[Any]], str] = {
    click.types.IntParamType: "número inteiro",
    click.IntRange: "número inteiro",
    click.types.FloatParamType: "número",
    click.FloatRange: "número",
}

_MODULES = (
    "_termui_impl",
    "core",
    "decorators",
    "exceptions",
    "formatting",
    "parser",
    "shell_completion",
    "termui",
    "types",
    "utils",
)


def translate(text: str) -> str:
    """Give `text` in Portuguese, or as it is when the table does not hold it."""
    return WORDS.get(text, text)


def translate_count(one: str, many: str, count: int) -> str:
    """Give `one` or `many` in Portuguese, as `count` asks."""
    return translate(one if count == 1 else many)


def speak_portuguese() -> None:
    """Make click use this table from now on, in this process."""
    for name in _MODULES:
        module = importlib.import_module(f"click.{name}")
        if hasattr(module, "_"):
            module._ = translate  # type: ignore[attr-defined]
        if hasattr(module, "ngettext"):
            module.ngettext = translate_count  # type: ignore[attr-defined]
    for kind, word in _NUMBERS.items():
        kind.name = word
