"""Numbers and documents. The bytes of a document are in the store, by digest; the record names them by the same digest."""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models


class Series(models.Model):
    """A run of document numbers: agency, word and year. `next` is the number that will be given out next; its row is the lock."""

    agency = models.CharField("机关", max_length=40)
    word = models.CharField("代字", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    next = models.PositiveIntegerField("下一号", default=1)

    class Meta:
        verbose_name = "文书编号"
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "word", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.word}〔{self.year}〕"


class Document(models.Model):
    """A document that this system made for a case."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    type = models.CharField("文书类别", max_length=60)
    number = models.CharField("文号", max_length=80, blank=True)
    title = models.CharField("标题", max_length=120)
    sha256 = models.CharField("指纹", max_length=64)
    name = models.CharField("文件名", max_length=200)
    size = models.BigIntegerField("字节数")
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "文书"
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="document_case_id")]

    def __str__(self) -> str:
        return self.number or self.title
