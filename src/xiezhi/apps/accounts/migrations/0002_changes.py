"""What administrators do to accounts is kept."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WHAT = [
    ("opened", "开通"),
    ("roles", "改角色"),
    ("reset", "重设初始密码"),
    ("unlocked", "解锁"),
    ("closed", "停用"),
    ("reopened", "恢复"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "AccountChange",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(choices=WHAT, max_length=10, verbose_name="事项")),
                ("detail", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("by", models.CharField(max_length=150, verbose_name="办理人")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            {
                "verbose_name": "账号变动",
                "indexes": [models.Index(fields=["account", "-id"], name="account_change")],
            },
        ),
    ]
