"""Two derived tables: what the lists of cases read. Nothing here is a source; `service.project` can write all of it again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class CaseFile(models.Model):
    """One case as the lists show it: a cache of the fold of its history."""

    case = models.TextField(primary_key=True)
    agency = models.TextField()
    procedure = models.TextField()
    pack = models.TextField()
    number = models.TextField(blank=True)
    title = models.TextField(blank=True)
    party = models.TextField(blank=True)
    party_kind = models.TextField(blank=True)
    matter = models.TextField(blank=True)
    handlers = ArrayField(models.TextField(), default=list)
    stage = models.TextField(blank=True)
    stage_zh = models.TextField(blank=True)
    open = models.BooleanField(default=True)
    # The tightest running duty. `sort_due` is never null, so that a list can go on from any row: without a term it is FAR.
    next_due = models.DateTimeField(null=True)
    sort_due = models.DateTimeField()
    next_rule = models.TextField(blank=True)
    next_act = models.TextField(blank=True)
    next_zh = models.TextField(blank=True)
    provisional = models.BooleanField(default=False)
    hands = models.TextField(blank=True)
    acts = models.IntegerField(default=0)
    findings = models.IntegerField(default=0)
    last_act = models.TextField(blank=True)
    last_at = models.DateTimeField()
    filed_at = models.DateTimeField()
    search = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = [
            models.Index("agency", "open", "sort_due", "case", name="casefile_workbench"),
            models.Index("agency", "last_at", "case", name="casefile_recent"),
            GinIndex(fields=["handlers"], name="casefile_handlers"),
            GinIndex(fields=["search"], name="casefile_search"),
        ]

    def __str__(self) -> str:
        return self.number or self.case


class DutyRow(models.Model):
    """One duty that still runs in a case: whose hands, until when, which rule."""

    case = models.ForeignKey(CaseFile, on_delete=models.CASCADE, related_name="duties", db_column="case")
    agency = models.TextField()
    rule = models.TextField()
    zh = models.TextField()
    expect = ArrayField(models.TextField(), default=list)
    hands = models.TextField(blank=True)
    due = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    review_of = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index("agency", "hands", "due", "case", name="duty_by_hands"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.zh}"
