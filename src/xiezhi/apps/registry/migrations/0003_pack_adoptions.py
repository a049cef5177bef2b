"""An agency changes to another pack from a day on."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_remedy")]

    operations = [
        migrations.CreateModel(
            "PackAdoption",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack", models.CharField(max_length=40, verbose_name="规则包")),
                ("since", models.DateField(verbose_name="起用日期")),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                ("set_by", models.CharField(max_length=150, verbose_name="办理人")),
                ("set_at", models.DateTimeField(verbose_name="办理时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adoptions",
                        to="registry.agency",
                        verbose_name="机关",
                    ),
                ),
            ],
            {
                "verbose_name": "规则包起用",
                "ordering": ["-since"],
                "constraints": [models.UniqueConstraint(fields=("agency", "since"), name="one_pack_a_day")],
            },
        ),
    ]
