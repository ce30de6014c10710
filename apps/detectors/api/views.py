"""The registry of detectors, for everybody who may start a run."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.errors import NotFound
from apps.detectors.models import Detector
from apps.detectors.selectors import detectors_all


class DetectorSerializer(serializers.ModelSerializer[Detector]):
    classes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Detector
        fields = [
            "id",
            "name",
            "kind",
            "classes",
            "digest",
            "score_threshold",
            "licence",
            "created_at",
        ]
        read_only_fields = fields


@extend_schema(tags=["detectors"])
@extend_schema_view(get=extend_schema(operation_id="detectors_list"))
class DetectorsView(generics.ListAPIView[Detector]):
    queryset = Detector.objects.none()
    serializer_class = DetectorSerializer
    search_fields = ("name",)
    ordering_fields = ("name", "created_at")

    def get_queryset(self) -> QuerySet[Detector]:
        return detectors_all()


@extend_schema(tags=["detectors"])
class DetectorView(APIView):
    @extend_schema(operation_id="detectors_get", responses=DetectorSerializer)
    def get(self, request: Request, id: int) -> Response:
        detector = detectors_all().filter(pk=id).first()
        if detector is None:
            raise NotFound("There is no such detector.")
        return Response(DetectorSerializer(detector).data)
