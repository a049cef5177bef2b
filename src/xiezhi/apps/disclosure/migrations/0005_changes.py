"""Corrections no longer show the words that they took away, unless these were marked harmless."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def hide_words(apps: Any, _editor: Any) -> None:
    """Take the words before and after out of the histories of the pages; nobody had marked them harmless."""
    publications = apps.get_model("disclosure", "Publication")
    for row in publications.objects.only("id", "changes").iterator():
        changes = [{**one, "changed": [{"field": item["field"]} for item in one.get("changed", [])]} for one in row.changes]
        if changes != row.changes:
            publications.objects.filter(pk=row.pk).update(changes=changes)


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0004_corrections")]

    operations = [
        migrations.AddField("draft", "show_changed", models.JSONField(default=list, verbose_name="可以显示改动文字的项目")),
        migrations.RunPython(hide_words, migrations.RunPython.noop),
    ]
