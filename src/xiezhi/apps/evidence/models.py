"""The tables of evidence. The bytes are in the store by digest; what the law is held against stands in the record, which names the same digests.

`Custody` only grows (a trigger refuses the rest) and is the index of the entries of class `custody` on the log: who received, viewed,
exported, held and disposed of what.
"""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models

KINDS = [("video", "录像"), ("audio", "录音"), ("photo", "照片"), ("other", "其他")]


class StoredFile(models.Model):
    """A file of the store. `chunks`: leaf hashes of its 4 MiB chunks, 32 bytes each; `root`: of their tree; `probe`: what was read of it."""

    sha256 = models.CharField("指纹", max_length=64, primary_key=True)
    size = models.BigIntegerField("字节数")
    root = models.CharField("分块树根", max_length=64)
    chunks = models.BinaryField("分块指纹")
    media_type = models.CharField("类型", max_length=100)
    place = models.CharField("存放处", max_length=10, default="local")
    stored_at = models.DateTimeField("存入时间")
    probe = models.JSONField("探测结果", default=dict)
    checked_at = models.DateTimeField("最近核对时间", null=True)
    intact = models.BooleanField("核对无误", null=True)
    gone_at = models.DateTimeField("依法处置时间", null=True)

    class Meta:
        verbose_name = "存储的文件"

    def __str__(self) -> str:
        return self.sha256[:16]


class Device(models.Model):
    """A recorder of an agency."""

    number = models.CharField("设备编号", max_length=60, primary_key=True)
    agency = models.CharField("机关", max_length=40)
    model = models.CharField("型号", max_length=80, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    retired = models.BooleanField("已停用", default=False)

    class Meta:
        verbose_name = "执法记录设备"

    def __str__(self) -> str:
        return self.number


class ClockReading(models.Model):
    """How far a recorder's clock was off, as measured: recorder minus true time. Milliseconds."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="readings")
    read_at = models.DateTimeField("测定时间")
    offset_ms = models.BigIntegerField("偏差（毫秒）")
    error_ms = models.BigIntegerField("误差（毫秒）", default=1000)
    by = models.CharField("测定人", max_length=60, blank=True)

    class Meta:
        verbose_name = "时钟偏差"
        indexes: ClassVar = [models.Index(fields=["device", "read_at"], name="clock_device_at")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.offset_ms} ms"


class DeviceCheck(models.Model):
    """A check before use: the row of an act `device_checked`, made anew by `xiezhi rebuild`."""

    act = models.UUIDField(primary_key=True)
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    device = models.CharField("设备编号", max_length=60)
    at = models.DateTimeField("检查时间")
    by = models.JSONField("检查人", default=list)
    battery = models.BooleanField("电量充足", null=True)
    storage = models.BooleanField("存储空间充足", null=True)
    clock = models.BooleanField("日期时间准确", null=True)

    class Meta:
        verbose_name = "使用前检查"
        indexes: ClassVar = [models.Index(fields=["device", "at"], name="check_device_at")]

    def __str__(self) -> str:
        return f"{self.device} {self.at:%Y-%m-%d %H:%M}"


class Carriage(models.Model):
    """Who carried which recorder, from when to when (empty: still)."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="carriages")
    person = models.CharField("领用人", max_length=60)
    since = models.DateTimeField("领用时间")
    until = models.DateTimeField("交还时间", null=True)
    entered_by = models.CharField("登记人", max_length=60)

    class Meta:
        verbose_name = "设备领用"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device"], condition=models.Q(until=None), name="device_carried_by_one"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.person}"


class Recording(models.Model):
    """One file as a recording: begin and end are true times, the clock's offset taken off. `act` is the act on whose record it stands."""

    id = models.UUIDField(primary_key=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="recordings")
    agency = models.CharField("机关", max_length=40)
    case = models.CharField("案件", max_length=80, blank=True)
    act = models.UUIDField("行为", null=True)
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    device = models.CharField("设备编号", max_length=60)
    officer = models.CharField("警员编号或者人员", max_length=60, blank=True)
    begin = models.DateTimeField("开始")
    end = models.DateTimeField("结束")
    timed_by = models.CharField("时间依据", max_length=10)
    number = models.BigIntegerField("文件序号", null=True)
    offset_ms = models.BigIntegerField("时钟偏差（毫秒）", default=0)
    error_ms = models.BigIntegerField("误差（毫秒）", default=1000)
    name = models.CharField("文件名", max_length=200)
    signs = models.JSONField("疑点", default=list)
    received_at = models.DateTimeField("入库时间")
    evidence = models.BooleanField("作为证据", default=True)
    disposed_at = models.DateTimeField("处置时间", null=True)

    class Meta:
        verbose_name = "音像记录"
        indexes: ClassVar = [
            models.Index(fields=["case", "begin"], name="recording_case_begin"),
            models.Index(fields=["agency", "begin"], name="recording_agency_begin"),
            models.Index(fields=["device", "begin"], name="recording_device_begin"),
        ]

    def __str__(self) -> str:
        return self.name


class Marker(models.Model):
    """A second of a recording linked to what it shows: an act of the case or a document, with a note."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="markers")
    second = models.FloatField("秒")
    note = models.CharField("说明", max_length=200)
    act = models.UUIDField("行为", null=True)
    document = models.CharField("文书", max_length=60, blank=True)
    by = models.CharField("标注人", max_length=60)
    at = models.DateTimeField("标注时间")

    class Meta:
        verbose_name = "标注"

    def __str__(self) -> str:
        return f"{self.second:.0f}s {self.note}"


class Custody(models.Model):
    """One event in the life of a file or a case's recordings, as the entry of the log tells it. Only added to."""

    id = models.BigAutoField(primary_key=True)
    entry = models.UUIDField("记录条目", null=True)
    at = models.DateTimeField("时间")
    what = models.CharField("事项", max_length=30)
    sha256 = models.CharField("指纹", max_length=64, blank=True)
    recording = models.UUIDField("音像记录", null=True)
    case = models.CharField("案件", max_length=80, blank=True)
    agency = models.CharField("机关", max_length=40, blank=True)
    by = models.CharField("经手人", max_length=60, blank=True)
    account = models.CharField("账号", max_length=150, blank=True)
    detail = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "保管记录"
        indexes: ClassVar = [
            models.Index(fields=["recording", "id"], name="custody_recording"),
            models.Index(fields=["case", "id"], name="custody_case"),
            models.Index(fields=["sha256", "id"], name="custody_file"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"


class Hold(models.Model):
    """What is kept until the hold is lifted: a recording, or all of a case."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    agency = models.CharField("机关", max_length=40)
    case = models.CharField("案件", max_length=80, blank=True)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="holds")
    reason = models.CharField("理由", max_length=500)
    set_by = models.CharField("设定人", max_length=60)
    set_at = models.DateTimeField("设定时间")
    lifted_by = models.CharField("解除人", max_length=60, blank=True)
    lifted_at = models.DateTimeField("解除时间", null=True)
    lifted_why = models.CharField("解除理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "保全"

    def __str__(self) -> str:
        return self.reason


class Disposal(models.Model):
    """A list of recordings whose term is over, put up by one person and decided by another."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    agency = models.CharField("机关", max_length=40)
    proposed_by = models.CharField("提出人", max_length=60)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.CharField("审批人", max_length=60, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    granted = models.BooleanField("同意", null=True)
    reason = models.CharField("意见", max_length=500, blank=True)
    done_at = models.DateTimeField("处置完成时间", null=True)
    done_by = models.CharField("处置人", max_length=60, blank=True)
    certificate = models.CharField("处置证明指纹", max_length=64, blank=True)

    class Meta:
        verbose_name = "处置清单"

    def __str__(self) -> str:
        return f"{self.agency} {self.proposed_at:%Y-%m-%d}"


class DisposalItem(models.Model):
    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="items")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="disposals")
    due = models.DateField("保管期满日")
    basis = models.CharField("依据", max_length=200)
    kept_why = models.CharField("未处置的原因", max_length=200, blank=True)
    failed = models.CharField("没有删成的原因", max_length=200, blank=True)
    tried_at = models.DateTimeField("最近一次处置时间", null=True)
    act = models.UUIDField("处置行为", null=True)

    class Meta:
        verbose_name = "处置清单条目"
        constraints: ClassVar = [models.UniqueConstraint(fields=["disposal", "recording"], name="disposal_item_once")]

    def __str__(self) -> str:
        return str(self.recording_id)


class AccessRequest(models.Model):
    """What a party asked to see, and what a leader decided. `id` is the act `access_requested`, `decision` the act `access_decided`."""

    id = models.UUIDField(primary_key=True)
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    applicant = models.CharField("申请人", max_length=80)
    capacity = models.CharField("身份", max_length=80)
    reason = models.CharField("用途", max_length=500, blank=True)
    recordings = models.JSONField("申请查阅的音像记录", default=list)
    documents = models.JSONField("申请查阅的文书", default=list)
    copying = models.BooleanField("申请复制", default=False)
    asked_at = models.DateTimeField("申请时间")
    entered_by = models.CharField("登记人", max_length=60)
    decided_by = models.CharField("审批人", max_length=60, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    granted = models.BooleanField("同意", null=True)
    answer = models.CharField("意见", max_length=500, blank=True)
    decision = models.UUIDField("审批行为", null=True)

    class Meta:
        verbose_name = "查阅复制申请"
        indexes: ClassVar = [models.Index(fields=["agency", "decided_at"], name="access_agency_decided")]

    def __str__(self) -> str:
        return f"{self.applicant} {self.asked_at:%Y-%m-%d}"


class AccessGrant(models.Model):
    """A link for one applicant to some recordings and documents of a case until a day. The key itself is shown once; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    request = models.ForeignKey(AccessRequest, models.PROTECT, null=True, related_name="grants")
    case = models.CharField("案件", max_length=80)
    agency = models.CharField("机关", max_length=40)
    act = models.UUIDField("查阅审批行为")
    applicant = models.CharField("申请人", max_length=80)
    recordings = models.JSONField("可以查阅的音像记录", default=list)
    documents = models.JSONField("可以查阅的文书", default=list)
    copying = models.BooleanField("可以复制", default=False)
    key = models.CharField("链接密钥指纹", max_length=64, unique=True)
    made_by = models.CharField("开通人", max_length=60)
    made_at = models.DateTimeField("开通时间")
    until = models.DateTimeField("有效期至")
    revoked_at = models.DateTimeField("收回时间", null=True)

    class Meta:
        verbose_name = "查阅授权"

    def __str__(self) -> str:
        return f"{self.applicant} {self.until:%Y-%m-%d}"


class Viewing(models.Model):
    """Somebody looks at a recording or a paper: one row for the sitting, its parts joined as they are sent. When nothing was asked for some
    minutes it becomes one entry of custody. `parts`: of a recording bytes [first, last], of a paper its pages [page, page].
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="viewings")
    sha256 = models.CharField("指纹", max_length=64)
    case = models.CharField("案件", max_length=80, blank=True)
    agency = models.CharField("机关", max_length=40, blank=True)
    account = models.CharField("账号", max_length=150, blank=True)
    by = models.CharField("查看人", max_length=60, blank=True)
    grant = models.ForeignKey(AccessGrant, models.PROTECT, null=True, related_name="viewings")
    began = models.DateTimeField("开始")
    last = models.DateTimeField("最近")
    parts = models.JSONField("看过的部分", default=list)
    closed = models.BooleanField("已记载", default=False)

    class Meta:
        verbose_name = "正在进行的查看"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sha256", "case", "account", "grant"],
                condition=models.Q(closed=False),
                name="viewing_once",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["last"], condition=models.Q(closed=False), name="viewing_open")]

    def __str__(self) -> str:
        return f"{self.sha256[:16]} {self.began:%Y-%m-%d %H:%M}"


class Derivative(models.Model):
    """What was made of a file so that it can be shown: the file itself is never touched. It goes when its source goes."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    source = models.ForeignKey(StoredFile, models.PROTECT, related_name="derivatives")
    kind = models.CharField("种类", max_length=20)
    recipe = models.CharField("做法", max_length=200)
    sha256 = models.CharField("指纹", max_length=64, blank=True)
    size = models.BigIntegerField("字节数", default=0)
    media_type = models.CharField("类型", max_length=100, blank=True)
    place = models.CharField("存放处", max_length=10, default="local")
    text = models.TextField("文字", blank=True)
    failed = models.CharField("没有做成的原因", max_length=200, blank=True)
    made_at = models.DateTimeField("制作时间")
    gone_at = models.DateTimeField("随原件处置时间", null=True)

    class Meta:
        verbose_name = "衍生件"
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "kind"], name="derivative_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id[:16]}"


class Upload(models.Model):
    """A resumable upload (tus 1.0). Its bytes lie in the store's incoming folder until they are all there."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account = models.CharField("账号", max_length=150)
    person = models.CharField("人员", max_length=60)
    agency = models.CharField("机关", max_length=40)
    case = models.CharField("案件", max_length=80, blank=True)
    device = models.CharField("设备编号", max_length=60)
    name = models.CharField("文件名", max_length=200)
    taken_at = models.DateTimeField("拍摄开始时间", null=True)
    ended_at = models.DateTimeField("拍摄结束时间", null=True)
    act = models.UUIDField("行为", null=True)
    length = models.BigIntegerField("字节数")
    offset = models.BigIntegerField("已收到", default=0)
    made_at = models.DateTimeField("开始时间")
    expires_at = models.DateTimeField("失效时间")
    sha256 = models.CharField("指纹", max_length=64, blank=True)
    recording = models.UUIDField("音像记录", null=True)

    class Meta:
        verbose_name = "上传"

    def __str__(self) -> str:
        return f"{self.name} {self.offset}/{self.length}"
