"""Fictitious people. The numbers are (81) 90000-0001 to 90000-0099: none is in use."""

from __future__ import annotations

import random
from dataclasses import dataclass

from recado.collation import without_accents

_FIRST = (
    "Adriana Alice Antônio Beatriz Bruno Camila Carlos Cecília Célia Conceição Daniel Débora Edson Eduarda Elias "
    "Fabiana Fátima Felipe Gabriela Gilberto Helena Heitor Inês Ivan Jéssica João Joaquim Josefa Juliana Laís Lúcia "
    "Luís Marcela Márcio Maria Mônica Natália Otávio Patrícia Paulo Raimunda Renato Rosângela Sebastião Sônia Tomás "
    "Valéria Vicente Vitória"
).split()
_LAST = (
    "Albuquerque Andrade Araújo Barbosa Batista Cavalcanti Coelho Cordeiro Duarte Farias Ferreira Figueiredo Gonçalves "
    "Guimarães Lacerda Leitão Magalhães Maranhão Medeiros Menezes Monteiro Nóbrega Pacheco Paixão Queiroz Rêgo Sampaio "
    "Siqueira Tavares Vasconcelos"
).split()
COUNT = 99
FICTITIOUS_NUMBERS = "+5581900000"


@dataclass(frozen=True, slots=True)
class Person:
    """One requester; `mobile` is E.164, `email` may be empty, `property_id` is the *matrícula*."""

    name: str
    mobile: str
    email: str
    property_id: str


def make_people(chance: random.Random) -> list[Person]:
    """Give `COUNT` people, each with a number of their own."""
    names: list[str] = []
    while len(names) < COUNT:
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {chance.choice(_LAST)}"
        if name not in names:
            names.append(name)
    return [
        Person(
            name,
            f"{FICTITIOUS_NUMBERS}{number:03d}",
            _email(name, chance),
            f"{chance.randrange(10_000_000, 99_999_999)}",
        )
        for number, name in enumerate(names, start=1)
    ]


def _email(name: str, chance: random.Random) -> str:
    if chance.random() < 0.6:
        return ""
    return f"{'.'.join(without_accents(name.lower()).split()[::2])}@example.com"
