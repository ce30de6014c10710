"""Shapes of videos, for answers and for events alike."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.projects.models import Video


class VideoErrorSerializer(serializers.Serializer[dict[str, str]]):
    code = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)


class VideoSerializer(serializers.ModelSerializer[Video]):
    error = serializers.SerializerMethodField()
    uploaded_by = PersonBriefSerializer(read_only=True, allow_null=True)
    media_url = serializers.SerializerMethodField()
    original_url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = Video
        fields = [
            "id",
            "project",
            "filename",
            "size_bytes",
            "sha256",
            "state",
            "error",
            "duration_seconds",
            "width",
            "height",
            "container",
            "codec",
            "pixel_format",
            "bit_depth",
            "rotation_degrees",
            "frame_rate",
            "frame_count",
            "is_variable_frame_rate",
            "has_audio",
            "playback",
            "media_url",
            "original_url",
            "thumbnail_url",
            "uploaded_by",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(VideoErrorSerializer(allow_null=True))
    def get_error(self, video: Video) -> dict[str, Any] | None:
        if not video.error_code:
            return None
        return {"code": video.error_code, "message": video.error_message}

    def get_media_url(self, video: Video) -> str:
        return reverse("video-media", args=[video.pk])

    def get_original_url(self, video: Video) -> str:
        return reverse("video-original", args=[video.pk])

    def get_thumbnail_url(self, video: Video) -> str | None:
        return reverse("video-thumbnail", args=[video.pk]) if video.has_thumbnail else None
