"""Who signs in. An account belongs to one person of the registry; its roles say what it may do (permissions.yaml)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from xiezhi.apps.accounts.roles import Role


class AccountManager(UserManager["User"]):
    """Reads an account with its agency, district and person in one query: every staff page shows them."""

    def get_queryset(self) -> models.QuerySet[User]:
        return super().get_queryset().select_related("agency__district", "person")


class User(AbstractUser):
    person = models.OneToOneField("registry.Person", models.PROTECT, null=True, blank=True, related_name="account", verbose_name="人员")
    agency = models.ForeignKey("registry.Agency", models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="机关")
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True, verbose_name="角色")
    must_change_password = models.BooleanField("首次登录须改密码", default=False)

    objects: ClassVar[Any] = AccountManager()

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The person's name, else the account's."""
        return self.person.name if self.person else self.username

    @property
    def role_labels(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]


class Change(models.TextChoices):
    OPENED = "opened", "开通"
    ROLES = "roles", "改角色"
    RESET = "reset", "重设初始密码"
    UNLOCKED = "unlocked", "解锁"
    CLOSED = "closed", "停用"
    REOPENED = "reopened", "恢复"


class AccountChange(models.Model):
    """What an administrator did to an account: whoever can set a first password must be seen to have set it."""

    account = models.ForeignKey(User, models.PROTECT, related_name="changes", verbose_name="账号")
    what = models.CharField("事项", max_length=10, choices=Change.choices)
    detail = models.CharField("说明", max_length=200, blank=True)
    by = models.CharField("办理人", max_length=150)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "账号变动"
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="account_change")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.get_what_display()}"
