"""What a run has found: frames by time, counts over time."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.analysis.api.requests import (
    FramesQuerySerializer,
    TimelineQuerySerializer,
    query_of,
)
from apps.analysis.selectors import run_get_for
from apps.analysis.selectors.frames import Cursor, FrameFilter, frames_page
from apps.analysis.selectors.timelines import timeline_get
from apps.analysis.serializers import FrameResultSerializer, TimelineSerializer

FRAME_PAGE = inline_serializer(
    "FrameResultPage",
    {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": FrameResultSerializer(many=True),
    },
)


@extend_schema(tags=["runs"])
class RunFramesView(APIView):
    @extend_schema(
        operation_id="runs_frames", parameters=[FramesQuerySerializer], responses=FRAME_PAGE
    )
    def get(self, request: Request, id: int) -> Response:
        """In time order. A page may hold fewer than `limit` and still have a next one."""
        run = run_get_for(user=person_of(request), id=id)
        query = query_of(FramesQuerySerializer, request.query_params)
        limit, cursor = query.pop("limit"), query.pop("cursor", None)
        place = Cursor.parse(cursor) if cursor else None
        page = frames_page(run, FrameFilter(**query), limit=limit, cursor=place)

        def link(to: Cursor | None) -> str | None:
            if to is None:
                return None
            return replace_query_param(request.build_absolute_uri(), "cursor", str(to))

        return Response(
            {
                "next": link(page.next),
                "previous": link(page.previous),
                "results": [FrameResultSerializer(result).data for result in page.results],
            }
        )


@extend_schema(tags=["runs"])
class RunTimelineView(APIView):
    @extend_schema(
        operation_id="runs_timeline",
        parameters=[TimelineQuerySerializer],
        responses=TimelineSerializer,
    )
    def get(self, request: Request, id: int) -> Response:
        """Of the segments that are done. A short video has fewer bins than asked for."""
        run = run_get_for(user=person_of(request), id=id)
        query = query_of(TimelineQuerySerializer, request.query_params)
        video, timeline = timeline_get(run, video=query.get("video"), bins=query["bins"])
        facts = {"video": video.pk, "duration_seconds": video.duration_seconds, **timeline}
        return Response(TimelineSerializer(facts).data)
