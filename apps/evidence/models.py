"""What was made to show findings, and the records of pours."""

from django.conf import settings
from django.db import models


class FindingEvidence(models.Model):
    """The pictures and the clip of a finding; their state lives in their job."""

    finding = models.OneToOneField(
        "inspection.Finding", on_delete=models.CASCADE, related_name="evidence_row"
    )
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    # What the finding said when it was asked for: a later computation may say something else.
    shown = models.JSONField(default=dict)
    # [{"name", "sha256", "size_bytes"}]
    files = models.JSONField(default=list)
    made_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"evidence of finding {self.finding_id}"


class EvidenceRound(models.Model):
    """Up to which computation of a project evidence was asked for by itself."""

    project = models.OneToOneField(
        "projects.Project", on_delete=models.CASCADE, related_name="evidence_round"
    )
    computed = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"evidence of {self.project_id} up to {self.computed}"


class ReportFormat(models.TextChoices):
    PDF = "pdf"
    XLSX = "xlsx"


class ReportLanguage(models.TextChoices):
    ZH = "zh"
    EN = "en"


class Report(models.Model):
    """The record of a pour as it was when somebody asked for it."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="reports"
    )
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    format = models.CharField(max_length=8, choices=ReportFormat.choices)
    language = models.CharField(max_length=8, choices=ReportLanguage.choices)
    header = models.JSONField(default=dict)
    site_version = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"report {self.pk} of {self.project_id}"
