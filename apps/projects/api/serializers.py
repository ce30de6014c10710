"""Shapes of projects and their members."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.analysis.serializers import RunSerializer
from apps.common.fields import CleanCharField
from apps.projects.models import MemberRole, ProjectStatus
from apps.projects.selectors.cards import ProjectCard
from apps.projects.selectors.members import OWNER
from apps.projects.serializers import VideoSerializer

STATUS_NAMES = [status.label for status in ProjectStatus]


class ProjectSummarySerializer(serializers.Serializer[Any]):
    # Wants the active runs by project in the context, so that a list asks for them once.

    id = serializers.IntegerField(source="project.id", read_only=True)
    name = serializers.CharField(source="project.name", read_only=True)
    description = serializers.CharField(source="project.description", read_only=True)
    status = serializers.ChoiceField(
        choices=STATUS_NAMES, source="project.get_status_display", read_only=True
    )
    owner = PersonBriefSerializer(source="project.owner", read_only=True)
    my_role = serializers.ChoiceField(choices=MemberRole.choices, read_only=True)
    created_at = serializers.DateTimeField(source="project.created_at", read_only=True)
    updated_at = serializers.DateTimeField(source="project.updated_at", read_only=True)
    video_count = serializers.IntegerField(read_only=True)
    duration_seconds = serializers.FloatField(
        read_only=True, help_text="Of all videos that are ready."
    )
    thumbnail_url = serializers.SerializerMethodField()
    active_run = serializers.SerializerMethodField()

    def get_thumbnail_url(self, card: ProjectCard) -> str | None:
        if card.thumbnail_video_id is None:
            return None
        return reverse("video-thumbnail", args=[card.thumbnail_video_id])

    @extend_schema_field(RunSerializer(allow_null=True))
    def get_active_run(self, card: ProjectCard) -> dict[str, Any] | None:
        run = self.context["active_runs"].get(card.project.pk)
        return RunSerializer(run).data if run else None


class ProjectSerializer(ProjectSummarySerializer):
    videos = serializers.SerializerMethodField()
    latest_run = serializers.SerializerMethodField()

    @extend_schema_field(VideoSerializer(many=True))
    def get_videos(self, card: ProjectCard) -> list[dict[str, Any]]:
        videos = card.project.videos.select_related("uploaded_by")
        return list(VideoSerializer(videos, many=True).data)

    @extend_schema_field(RunSerializer(allow_null=True))
    def get_latest_run(self, card: ProjectCard) -> dict[str, Any] | None:
        run = self.context["latest_run"]
        return RunSerializer(run).data if run else None


class ProjectWriteSerializer(serializers.Serializer[Any]):
    name = CleanCharField(max_length=100)
    description = CleanCharField(max_length=2000, required=False, allow_blank=True, multiline=True)


class ProjectUpdateSerializer(ProjectWriteSerializer):
    owner = serializers.IntegerField(required=False, help_text="The id of the new owner.")


class MemberSerializer(serializers.Serializer[Any]):
    user = PersonBriefSerializer(read_only=True)
    role = serializers.ChoiceField(choices=[OWNER, *MemberRole.values], read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "minLength": 1}]})
class UserReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A number is an id, text is a user name (also when it consists of digits)."""

    _name = CleanCharField(max_length=150)

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, bool) or not isinstance(data, int | str):
            raise serializers.ValidationError("Give a user's id or name.")
        return data if isinstance(data, int) else self._name.run_validation(data)


class MemberAddSerializer(serializers.Serializer[Any]):
    user = UserReferenceField(help_text="The user's id or name.")
    role = serializers.ChoiceField(choices=MemberRole.choices)


class MemberUpdateSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=MemberRole.choices)
