"""The inspection of a project: its state, its insertions with corrections, its maps."""

import base64
import zlib
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.analysis.api.requests import query_of
from apps.common.schema import NO_CONTENT
from apps.inspection.api.serializers.inspections import (
    CoverageMapSerializer,
    InsertionAddSerializer,
    InsertionChangeSerializer,
    InsertionEditSerializer,
    InsertionSerializer,
    InspectionSerializer,
    ReasonSerializer,
    TrackSpanSerializer,
    VideoPlanesSerializer,
)
from apps.inspection.models import CoverageMap
from apps.inspection.selectors.insertions import (
    CLASS_NAMES,
    edit_get,
    edits_of,
    insertion_get,
    insertions_of,
    maps_of,
    tracks_of,
)
from apps.inspection.selectors.inspections import inspection_view
from apps.inspection.selectors.planes import planes_of
from apps.inspection.services.camera import shifts_of
from apps.inspection.services.edits import (
    edit_take_back,
    insertion_add,
    insertion_change,
    insertion_remove,
)
from apps.inspection.services.requests import inspection_request
from apps.projects.models import MemberRole
from apps.projects.selectors import project_get_for
from apps.projects.selectors.videos import video_get_for

EDIT_MADE = {201: InsertionEditSerializer}


@extend_schema(tags=["inspection"])
class InspectionView(APIView):
    @extend_schema(operation_id="inspection_get", responses=InspectionSerializer)
    def get(self, request: Request, id: int) -> Response:
        project = project_get_for(user=person_of(request), id=id)
        return Response(InspectionSerializer(inspection_view(project)).data)

    @extend_schema(
        operation_id="inspection_compute", request=None, responses={202: InspectionSerializer}
    )
    def post(self, request: Request, id: int) -> Response:
        """Computes it anew from the stored frame results."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        inspection_request(project.pk, by=user)
        return Response(InspectionSerializer(inspection_view(project)).data, status=202)


@extend_schema(tags=["inspection"])
class InspectionMapsView(APIView):
    pagination_class = None

    @extend_schema(operation_id="inspection_maps", responses=CoverageMapSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """One map for each lift that has one."""
        project = project_get_for(user=person_of(request), id=id)
        # The rasters are base64 of what was computed; asking each field would only take time.
        return Response([_map_json(one) for one in maps_of(project)])


@extend_schema(tags=["inspection"])
class VideoPlanesView(APIView):
    @extend_schema(operation_id="inspection_planes", responses=VideoPlanesSerializer)
    def get(self, request: Request, id: int) -> Response:
        """Where the ground of each lift lies in the picture, as last computed, and its movement."""
        video = video_get_for(user=person_of(request), id=id)
        planes = planes_of(video)
        still_s = planes.still_seconds
        shifts = [] if still_s is None else shifts_of(video, still_s)
        lifts = [
            {"lift": lift, "calibration": points} for lift, points in enumerate(planes.by_lift)
        ]
        return Response({"planes": lifts, "shifts": [row[:3] for row in shifts]})


@extend_schema(tags=["inspection"])
class VideoTracksView(APIView):
    pagination_class = None

    @extend_schema(operation_id="inspection_tracks", responses=TrackSpanSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """When each person and each poker was in sight, as last computed, in order of time."""
        video = video_get_for(user=person_of(request), id=id)
        # Thousands of plain rows; asking each field would only take time.
        keys = ("kind", "start_s", "end_s")
        return Response([dict(zip(keys, row, strict=True)) for row in tracks_of(video)])


def _map_json(one: CoverageMap) -> dict[str, Any]:
    return {
        "lift": one.lift,
        **one.facts,
        "classes": base64.b64encode(zlib.decompress(one.classes)).decode("ascii"),
        "class_names": CLASS_NAMES,
        "dose_s": base64.b64encode(zlib.decompress(one.dose_s)).decode("ascii"),
    }


@extend_schema(tags=["inspection"])
class InsertionsView(APIView):
    pagination_class = None

    @extend_schema(operation_id="insertions_list", responses=InsertionSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """All of them, in order of time."""
        project = project_get_for(user=person_of(request), id=id)
        return Response(InsertionSerializer(insertions_of(project), many=True).data)

    @extend_schema(
        operation_id="insertions_add", request=InsertionAddSerializer, responses=EDIT_MADE
    )
    def post(self, request: Request, id: int) -> Response:
        """Adds by hand what was not detected."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        serializer = InsertionAddSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        edit = insertion_add(project=project, by=user, **serializer.validated_data)
        return Response(InsertionEditSerializer(edit).data, status=201)


@extend_schema(tags=["inspection"])
class InsertionView(APIView):
    @extend_schema(
        operation_id="insertions_change", request=InsertionChangeSerializer, responses=EDIT_MADE
    )
    def patch(self, request: Request, id: int, insertion_id: int) -> Response:
        """Gives an insertion another time or place."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        serializer = InsertionChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        insertion = insertion_get(project, insertion_id)
        edit = insertion_change(insertion, by=user, **serializer.validated_data)
        return Response(InsertionEditSerializer(edit).data, status=201)

    @extend_schema(
        operation_id="insertions_remove", parameters=[ReasonSerializer], responses=EDIT_MADE
    )
    def delete(self, request: Request, id: int, insertion_id: int) -> Response:
        """Says that there was no such insertion; the reason travels in the address."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        words = query_of(ReasonSerializer, request.query_params)
        insertion = insertion_get(project, insertion_id)
        edit = insertion_remove(insertion, by=user, reason=words["reason"])
        return Response(InsertionEditSerializer(edit).data, status=201)


@extend_schema(tags=["inspection"])
class InsertionEditsView(APIView):
    pagination_class = None

    @extend_schema(
        operation_id="insertion_edits_list", responses=InsertionEditSerializer(many=True)
    )
    def get(self, request: Request, id: int) -> Response:
        """All corrections in the order in which they were made."""
        project = project_get_for(user=person_of(request), id=id)
        return Response(InsertionEditSerializer(edits_of(project), many=True).data)


@extend_schema(tags=["inspection"])
class InsertionEditView(APIView):
    @extend_schema(operation_id="insertion_edits_take_back", responses=NO_CONTENT)
    def delete(self, request: Request, id: int, edit_id: int) -> Response:
        """As if it had never been made."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        edit_take_back(edit_get(project, edit_id), by=user)
        return Response(status=204)
