"""The roles of an account."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    OFFICER = "officer", "承办人"
    REVIEWER = "reviewer", "法制审核人"
    HEAD = "head", "负责人"
    DISCLOSURE_CLERK = "disclosure_clerk", "公示员"
    ARCHIVIST = "archivist", "档案员"
    SUPERVISOR = "supervisor", "监督人员"
    ADMINISTRATOR = "administrator", "管理员"
