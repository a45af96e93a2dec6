"""Django app: the Registro de Atendimento (RA) and the messages that arise from it."""
