"""The registry of detectors that a run can use."""

from django.conf import settings
from django.db import models


class Detector(models.Model):
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=32)
    classes = models.JSONField(default=list)
    # Below DETECTOR_ROOT; empty for a kind that needs no weights.
    file = models.CharField(max_length=255, default="", blank=True)
    digest = models.CharField(max_length=64)
    score_threshold = models.FloatField(default=0.3)
    nms_iou = models.FloatField(default=0.45)
    licence = models.CharField(max_length=200, default="", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"
