from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.AddField("agency", "reconsideration_to", models.CharField(blank=True, max_length=80, verbose_name="行政复议机关")),
        migrations.AddField("agency", "court", models.CharField(blank=True, max_length=80, verbose_name="管辖法院")),
    ]
