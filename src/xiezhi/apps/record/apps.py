from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "xiezhi.apps.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"
