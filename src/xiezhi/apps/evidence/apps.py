from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "xiezhi.apps.evidence"
    verbose_name = "音像证据"
    default_auto_field = "django.db.models.BigAutoField"
