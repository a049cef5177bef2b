"""What the public sees of a case, what is still owed to it, and what is being prepared.

Publication and OwedPublication are derived from the record and can be made again from it; Draft is the desk's own paper.
"""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class State(models.TextChoices):
    PUBLIC = "public", "公示中"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "公示期满"
    WITHHELD = "withheld", "不予公示"


class Publication(models.Model):
    """One public page. `act` is the entry of the record whose fields it shows; a withheld result has a row but no page."""

    id = models.CharField("编号", max_length=26, primary_key=True)
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    agency_name = models.CharField("机关名称", max_length=80, blank=True)
    procedure = models.CharField("程序", max_length=20)
    what = models.CharField("内容", max_length=20, default="decision")
    form = models.CharField("形式", max_length=12, default="summary")
    state = models.CharField("状态", max_length=10, choices=State.choices)
    act = models.CharField("所据记录", max_length=40, blank=True)
    # The 33 bytes of that entry in hex: the fingerprint that a visitor may paste.
    entry = models.CharField("条目指纹", max_length=66, blank=True, db_index=True)
    number = models.CharField("文号", max_length=80, blank=True)
    title = models.CharField("标题", max_length=300, blank=True)
    party = models.CharField("当事人", max_length=200, blank=True)
    party_code = models.CharField("统一社会信用代码", max_length=40, blank=True)
    matter = models.CharField("事项", max_length=200, blank=True)
    facts = models.TextField("主要事实", blank=True)
    basis = models.TextField("依据", blank=True)
    content = models.TextField("决定内容", blank=True)
    performance = models.CharField("履行情况", max_length=200, blank=True)
    decided_on = models.DateField("决定日期", null=True)
    text = models.JSONField("全文", default=list)
    pdf = models.CharField("文书指纹", max_length=64, blank=True)
    published_at = models.DateTimeField("公示时间")
    updated_at = models.DateTimeField("更正时间", null=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.TextField("撤回理由", blank=True)
    until = models.DateField("公示至", null=True)
    grounds = models.JSONField("不予公示的理由", default=list)
    changes = models.JSONField("更正历史", default=list)
    timeline = models.JSONField("办理经过", default=list)
    bars = models.JSONField("用时", default=list)
    search = SearchVectorField(null=True)

    class Meta:
        verbose_name = "公示"
        indexes: ClassVar = [
            models.Index(fields=["-published_at", "-id"], name="publication_latest"),
            models.Index(fields=["agency", "-published_at", "-id"], name="publication_agency"),
            models.Index(fields=["case"], name="publication_case"),
            models.Index(fields=["number"], name="publication_number"),
            GinIndex(fields=["search"], name="publication_search"),
        ]

    def __str__(self) -> str:
        return self.number or self.title or self.id


class OwedPublication(models.Model):
    """A publication, correction or withdrawal that is still owed in a case, with its legal limit."""

    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    expect = models.CharField("应办", max_length=40)
    rule = models.CharField("规则", max_length=80)
    zh = models.CharField("说明", max_length=300)
    cites = models.JSONField("依据", default=list)
    due = models.DateTimeField("期限", null=True)
    # Never null, so that a list can go on from any row.
    sort_due = models.DateTimeField("排序")
    provisional = models.BooleanField("暂算", default=False)
    title = models.CharField("标题", max_length=300, blank=True)
    number = models.CharField("文号", max_length=80, blank=True)
    party = models.CharField("当事人", max_length=200, blank=True)

    class Meta:
        verbose_name = "待公示"
        indexes: ClassVar = [
            models.Index(fields=["agency", "sort_due", "id"], name="owed_agency_due"),
            models.Index(fields=["sort_due", "id"], name="owed_due"),
            models.Index(fields=["case"], name="owed_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.zh}"


class CorrectionRequest(models.Model):
    """Somebody asked for a correction of a page; derived from the record. What was said and by whom stays in the act alone."""

    id = models.CharField("回执号", max_length=24, primary_key=True)
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    page = models.CharField("公示", max_length=26)
    act = models.CharField("申请记录", max_length=40)
    asked_at = models.DateTimeField("申请时间")
    answered_at = models.DateTimeField("答复时间", null=True)
    corrected = models.BooleanField("已更正", null=True)
    reply = models.TextField("答复", blank=True)

    class Meta:
        verbose_name = "更正申请"
        indexes: ClassVar = [
            models.Index(fields=["agency", "answered_at", "asked_at", "id"], name="correction_open"),
            models.Index(fields=["case"], name="correction_case"),
        ]

    def __str__(self) -> str:
        return self.id


class CorrectionSource(models.Model):
    """A request of the last hour: the visitor's address as a keyed hash, to keep one address from flooding a desk."""

    source = models.CharField("来源", max_length=64)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "更正申请来源"
        indexes: ClassVar = [models.Index(fields=["source"], name="correction_source"), models.Index(fields=["at"], name="correction_at")]

    def __str__(self) -> str:
        return self.source[:8]


class DraftState(models.TextChoices):
    SUBMITTED = "submitted", "待核发"
    APPROVED = "approved", "已核发，待发布"
    DONE = "done", "已发布"
    RETURNED = "returned", "已退回"
    REPLACED = "replaced", "已改稿"


class Draft(models.Model):
    """What is to be published, exactly. `digest` is over the public content; a changed draft is another draft, to be approved anew."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    kind = models.CharField("行为", max_length=40, default="result_published")
    what = models.CharField("内容", max_length=20, default="decision")
    form = models.CharField("形式", max_length=12, default="summary")
    summary = models.JSONField("摘要")
    text = models.JSONField("全文", default=list)
    redactions = models.JSONField("隐去的内容", default=list)
    reason = models.TextField("理由", blank=True)
    # Fields of a correction whose words before and after may be shown; of the others the page says only that they were changed.
    show_changed = models.JSONField("可以显示改动文字的项目", default=list)
    digest = models.CharField("指纹", max_length=64)
    state = models.CharField("状态", max_length=10, choices=DraftState.choices, default=DraftState.SUBMITTED)
    drafter = models.CharField("拟稿人", max_length=60)
    drafted_at = models.DateTimeField("拟稿时间")
    approver = models.CharField("核发人", max_length=60, blank=True)
    approved_at = models.DateTimeField("核发时间", null=True)
    note = models.TextField("退回意见", blank=True)

    class Meta:
        verbose_name = "公示稿"
        indexes: ClassVar = [
            models.Index(fields=["case", "-id"], name="draft_case"),
            models.Index(fields=["agency", "state", "id"], name="draft_agency_state"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_state_display()}"


class RequestState(models.TextChoices):
    SUBMITTED = "submitted", "待批"
    GRANTED = "granted", "已批准"
    RETURNED = "returned", "已退回"
    DROPPED = "dropped", "不再呈批"


class ApprovalRequest(models.Model):
    """What the clerk puts up to a leader: not to publish a result, or to withdraw a page. No act of the record before it is granted."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    act = models.CharField("行为", max_length=40)  # result_withheld | publication_withdrawn
    page = models.CharField("公示", max_length=26, blank=True)
    what = models.CharField("内容", max_length=20, blank=True)
    ground = models.CharField("不予公示的理由", max_length=40, blank=True)
    reason = models.TextField("说明")
    state = models.CharField("状态", max_length=10, choices=RequestState.choices, default=RequestState.SUBMITTED)
    drafter = models.CharField("呈批人", max_length=60)
    drafted_at = models.DateTimeField("呈批时间")
    approver = models.CharField("批准人", max_length=60, blank=True)
    decided_at = models.DateTimeField("批示时间", null=True)
    note = models.TextField("退回意见", blank=True)

    class Meta:
        verbose_name = "呈批件"
        indexes: ClassVar = [
            models.Index(fields=["case", "-id"], name="request_case"),
            models.Index(fields=["agency", "state", "id"], name="request_agency_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "act", "page"], condition=models.Q(state__in=["submitted", "returned"]), name="one_open_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_state_display()}"
