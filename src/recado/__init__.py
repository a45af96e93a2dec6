"""Recado: SMS to a water company's customers, through one phone, with nothing lost and nothing doubled."""
