from django.apps import AppConfig


class ServiceRequestsConfig(AppConfig):
    name = "recado.service_requests"
    label = "service_requests"
    verbose_name = "Registros de Atendimento"
