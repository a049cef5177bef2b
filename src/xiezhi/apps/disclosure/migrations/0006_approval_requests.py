"""What the clerk puts up to a leader before a result is withheld or a page withdrawn."""

from __future__ import annotations

import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0005_changes")]

    operations = [
        migrations.CreateModel(
            "ApprovalRequest",
            [
                ("id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("case", models.CharField(max_length=80, verbose_name="案件")),
                ("agency", models.CharField(max_length=40, verbose_name="机关")),
                ("act", models.CharField(max_length=40, verbose_name="行为")),
                ("page", models.CharField(blank=True, max_length=26, verbose_name="公示")),
                ("what", models.CharField(blank=True, max_length=20, verbose_name="内容")),
                ("ground", models.CharField(blank=True, max_length=40, verbose_name="不予公示的理由")),
                ("reason", models.TextField(verbose_name="说明")),
                (
                    "state",
                    models.CharField(
                        choices=[("submitted", "待批"), ("granted", "已批准"), ("returned", "已退回"), ("dropped", "不再呈批")],
                        default="submitted",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("drafter", models.CharField(max_length=60, verbose_name="呈批人")),
                ("drafted_at", models.DateTimeField(verbose_name="呈批时间")),
                ("approver", models.CharField(blank=True, max_length=60, verbose_name="批准人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="批示时间")),
                ("note", models.TextField(blank=True, verbose_name="退回意见")),
            ],
            {
                "verbose_name": "呈批件",
                "indexes": [
                    models.Index(fields=["case", "-id"], name="request_case"),
                    models.Index(fields=["agency", "state", "id"], name="request_agency_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(state__in=["submitted", "returned"]), fields=("case", "act", "page"), name="one_open_request"
                    )
                ],
            },
        ),
    ]
