"""Who may act, for whom, in what: the rows that every other room points at by id.

Sources: 行政执法公示 4-6 (agencies, officers, powers), cn/118/23 (people with certificates), contracts.md 1 (calendar).
"""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.contrib.postgres.fields import ArrayField
from django.db import models


class AgencyLevel(models.TextChoices):
    BRIGADE = "brigade", "执法大队"
    AGENCY = "agency", "行政机关"
    GOVERNMENT = "government", "本级政府"


class Sector(models.TextChoices):
    GENERAL = "general", "综合"
    HOUSING = "housing", "住房城乡建设"
    MARKET = "market", "市场监管"
    AGRICULTURE = "agriculture", "农业农村"
    TRANSPORT = "transport", "交通运输"
    PLANNING = "planning", "自然资源和规划"
    URBAN = "urban_management", "城市管理"
    OTHER = "other", "其他"


class BodyType(models.TextChoices):
    """What gives a body its power (xuecheng/disclosure/2)."""

    STATUTORY = "statutory", "行政机关"
    AUTHORISED = "authorised", "法律法规授权的组织"
    ENTRUSTED = "entrusted", "受委托的组织"


class CertificateStatus(models.TextChoices):
    VALID = "valid", "有效"
    SUSPENDED = "suspended", "暂扣"
    CANCELLED = "cancelled", "注销"
    REVOKED = "revoked", "吊销"


class PowerKind(models.TextChoices):
    PENALTY = "penalty", "行政处罚"
    LICENCE = "licence", "行政许可"
    COERCION = "coercion", "行政强制"
    INSPECTION = "inspection", "行政检查"
    LEVY = "levy", "行政征收"
    CONFIRMATION = "confirmation", "行政确认"
    ADJUDICATION = "adjudication", "行政裁决"
    PAYMENT = "payment", "行政给付"
    REWARD = "reward", "行政奖励"


class PartyKind(models.TextChoices):
    CITIZEN = "citizen", "公民"
    ORGANISATION = "organisation", "法人或者其他组织"
    BUSINESS = "individual_business", "个体工商户"


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", "放假"
    MAKEUP = "makeup", "调休上班"


class District(models.Model):
    """The one district of an installation."""

    code = models.CharField("行政区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=30, blank=True)
    host = models.CharField("主办单位", max_length=60, blank=True)
    phone = models.CharField("监督电话", max_length=30, blank=True)
    site_code = models.CharField("网站标识码", max_length=20, blank=True)
    icp = models.CharField("备案号", max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """An enforcement body. `word` is the 代字 of its document numbers, `pack` the rules that it began with (PackAdoption: later ones)."""

    id = models.CharField("编号", max_length=40, primary_key=True)
    district = models.ForeignKey(District, models.PROTECT, related_name="agencies", verbose_name="区")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级或者委托机关")
    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=30, blank=True)
    word = models.CharField("文书代字", max_length=20)
    pack = models.CharField("规则包", max_length=40)
    body_type = models.CharField("主体类别", max_length=12, choices=BodyType.choices, default=BodyType.STATUTORY)
    level = models.CharField("层级", max_length=12, choices=AgencyLevel.choices, default=AgencyLevel.AGENCY)
    sector = models.CharField("领域", max_length=20, choices=Sector.choices, default=Sector.GENERAL)
    phone = models.CharField("电话", max_length=30, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    confirmed_on = models.DateField("主体资格确认日期", null=True, blank=True)
    # Only where they are not the district's government and court: vertically led departments, the government's own decisions.
    reconsideration_to = models.CharField("行政复议机关", max_length=80, blank=True)
    court = models.CharField("管辖法院", max_length=80, blank=True)

    class Meta:
        verbose_name = "执法机关"
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="agency_name_id")]

    def __str__(self) -> str:
        return self.name


class PackAdoption(models.Model):
    """From which day an agency works under another pack than the one it began with (`Agency.pack`). Cases opened before keep theirs."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="adoptions", verbose_name="机关")
    pack = models.CharField("规则包", max_length=40)
    since = models.DateField("起用日期")
    basis = models.CharField("依据", max_length=200, blank=True)
    set_by = models.CharField("办理人", max_length=150)
    set_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "规则包起用"
        ordering: ClassVar = ["-since"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "since"], name="one_pack_a_day")]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.pack} {self.since}"


class Person(models.Model):
    """An officer, reviewer, leader or auxiliary. The certificate number is public; an auxiliary has none."""

    id = models.CharField("编号", max_length=60, primary_key=True)
    name = models.CharField("姓名", max_length=40)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="people", verbose_name="机关")
    roles = ArrayField(models.CharField(max_length=24), verbose_name="职责", default=list, blank=True)
    post = models.CharField("职务", max_length=40, blank=True)
    certificate_no = models.CharField("执法证号", max_length=40, blank=True, db_index=True)
    certificate_status = models.CharField("证件状态", max_length=10, choices=CertificateStatus.choices, blank=True)
    certificate_from = models.DateField("有效期起", null=True, blank=True)
    certificate_to = models.DateField("有效期止", null=True, blank=True)
    legal_qualification = models.BooleanField("通过国家统一法律职业资格考试", null=True, blank=True)
    first_reviewer_since = models.DateField("初次从事法制审核的日期", null=True, blank=True)
    scope = models.CharField("执法范围", max_length=200, blank=True)
    auxiliary = models.BooleanField("辅助人员", default=False)

    class Meta:
        verbose_name = "执法人员"
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="person_name_id"),
            models.Index(fields=["certificate_to", "id"], name="person_expiry_id"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["certificate_no"], condition=~models.Q(certificate_no=""), name="certificate_no_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Power(models.Model):
    """A power item (事项). It is offered for casework only while the fields of 公示办法 6(1) are all filled."""

    code = models.CharField("事项编码", max_length=40)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("种类", max_length=16, choices=PowerKind.choices)
    basis = models.TextField("依据", blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="powers", verbose_name="机关")
    unit = models.CharField("承办机构", max_length=80, blank=True)
    procedure = models.TextField("办理程序", blank=True)
    time_limit = models.CharField("办理时限", max_length=120, blank=True)
    remedy = models.CharField("救济渠道", max_length=200, blank=True)
    hearing_threshold = models.TextField("听证标准", blank=True)
    active = models.BooleanField("启用", default=False)

    # 公示办法 6(1): name, kind, basis, unit, procedure, time limit, remedy.
    REQUIRED: ClassVar = ["name", "kind", "basis", "unit", "procedure", "time_limit", "remedy"]

    class Meta:
        verbose_name = "权责事项"
        ordering: ClassVar = ["code", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "code"], name="power_code_once")]
        indexes: ClassVar = [models.Index(fields=["code", "id"], name="power_code_id")]

    def __str__(self) -> str:
        return self.name

    @property
    def missing(self) -> list[str]:
        """The labels of the required fields that are empty."""
        fields = {one.name: one for one in self._meta.fields}
        return [str(fields[name].verbose_name) for name in self.REQUIRED if not getattr(self, name)]


class Party(models.Model):
    """A party (当事人), the same across its cases."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField("类别", max_length=20, choices=PartyKind.choices)
    name = models.CharField("姓名或者名称", max_length=120)
    code = models.CharField("证件号码或者统一社会信用代码", max_length=40, blank=True, db_index=True)
    address = models.CharField("住所", max_length=200, blank=True)
    region = models.CharField("住所地区划代码", max_length=12, blank=True)
    legal_rep = models.CharField("法定代表人、负责人或者经营者", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="parties", verbose_name="登记机关")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "当事人"
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="party_name_id")]

    def __str__(self) -> str:
        return self.name


class CalendarYear(models.Model):
    """One yearly notice on holidays, as an administrator loaded it. `csv` is what the core calendar reads."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    notice = models.CharField("通知文号", max_length=60, blank=True)
    csv = models.TextField("原文")
    digest = models.CharField("指纹", max_length=64)
    loaded_by = models.CharField("载入人", max_length=60)
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = "工作日历年度"
        ordering: ClassVar = ["-year"]

    def __str__(self) -> str:
        return f"{self.year} 年"


class CalendarDay(models.Model):
    """A day of a loaded notice that differs from the plain week."""

    year = models.ForeignKey(CalendarYear, models.CASCADE, related_name="days", verbose_name="年份")
    day = models.DateField("日期", unique=True)
    kind = models.CharField("安排", max_length=8, choices=DayKind.choices)
    name = models.CharField("名称", max_length=20, blank=True)

    class Meta:
        verbose_name = "工作日历"
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"
