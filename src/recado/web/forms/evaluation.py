"""The customer's answer: a grade, and a comment if they like."""

from __future__ import annotations

from django import forms

from recado.evaluations.models import LONGEST_COMMENT
from recado.web.forms.fields import NoteField

GRADES = (("1", "1 – Muito ruim"), ("2", "2 – Ruim"), ("3", "3 – Regular"), ("4", "4 – Bom"), ("5", "5 – Muito bom"))


class EvaluationForm(forms.Form):
    """Nothing is chosen beforehand: a grade is given, not left standing."""

    # The design system draws what is required and empty in red, before anybody has done anything wrong.
    use_required_attribute = False

    grade = forms.TypedChoiceField(
        label="Sua nota",
        choices=GRADES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Escolha uma nota de 1 a 5.", "invalid_choice": "Escolha uma nota de 1 a 5."},
    )
    comment = NoteField(
        label="Comentário, se quiser",
        required=False,
        max_length=LONGEST_COMMENT,
        help_text="Não escreva senhas nem dados pessoais.",
    )
