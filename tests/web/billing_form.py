"""What *Parametrizar Mensagem de Faturamento* posts when all of it is right."""

from __future__ import annotations

GOOD = {
    "minimum": "10,00",
    "categories": ["R", "C"],
    "days_before": "",
    "max_attempts": "5",
    "sms_text": "Sua conta de {VALOR} vence em {VENCTO}.",
    "email_text": "Olá, {NOME}. Sua conta de {VALOR} vence em {VENCTO}.",
}
