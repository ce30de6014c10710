"""What may be asked of the registry, checked before anything is looked up."""

from typing import Any

from rest_framework import serializers

from apps.common.fields import CleanCharField, FiniteFloatField
from apps.datasets.models import Split
from apps.datasets.services.judging import WHOLE
from apps.detectors.models import ImportSource, Purpose
from apps.detectors.services.registry import DetectorWishes

CLASSES_MOST = 2000
NAME_LENGTH = 100
SET_SPLITS = [Split.TRAIN.value, Split.VAL.value, Split.TEST.value, WHOLE]
# What each source cannot do without.
NEEDS = {
    ImportSource.FILE: ("file",),
    ImportSource.ARCHIVE: ("file",),
    ImportSource.URL: ("url", "sha256"),
    ImportSource.CATALOGUE: ("entry",),
}


class LabelMapField(serializers.DictField):
    child = CleanCharField(max_length=NAME_LENGTH)

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        if len(found) > CLASSES_MOST:
            raise serializers.ValidationError(f"At most {CLASSES_MOST} labels.")
        return found


class DetectorImportRequestSerializer(serializers.Serializer[Any]):
    name = CleanCharField(max_length=NAME_LENGTH)
    source = serializers.ChoiceField(choices=ImportSource.choices)  # type: ignore[assignment]
    file = serializers.UUIDField(required=False, help_text="Of `detectors/files/`.")
    url = CleanCharField(max_length=2000, required=False)
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}\Z", required=False)
    entry = CleanCharField(max_length=NAME_LENGTH, required=False, help_text="Of the catalogue.")
    digests = serializers.DictField(
        child=serializers.RegexField(r"^[0-9a-fA-F]{64}\Z"),
        required=False,
        help_text="SHA-256 by file name, where the catalogue does not know it.",
    )
    kind = CleanCharField(max_length=32, required=False, allow_blank=True, default="")
    version = CleanCharField(max_length=40, required=False, allow_blank=True, default="")
    classes = serializers.ListField(
        child=CleanCharField(max_length=NAME_LENGTH), required=False, max_length=CLASSES_MOST
    )
    label_map = LabelMapField(required=False)
    licence = CleanCharField(max_length=200, required=False, allow_blank=True, default="")
    origin = CleanCharField(max_length=500, required=False, allow_blank=True, default="")

    def validate_classes(self, classes: list[str]) -> list[str]:
        if len(set(classes)) != len(classes):
            raise serializers.ValidationError("A class is named twice.")
        return classes

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in NEEDS[ImportSource(attrs["source"])] if not attrs.get(name)]
        if missing:
            raise serializers.ValidationError({name: ["This is missing."] for name in missing})
        return attrs

    def wishes(self) -> DetectorWishes:
        words = self.validated_data
        return DetectorWishes(
            name=words["name"],
            kind=words["kind"],
            version=words["version"],
            licence=words["licence"],
            origin=words["origin"],
            classes=tuple(words.get("classes", ())),
            label_map=words.get("label_map", {}),
        )


class DetectorUpdateSerializer(serializers.Serializer[Any]):
    version = CleanCharField(max_length=40, required=False, allow_blank=True)
    purpose = serializers.ChoiceField(choices=Purpose.choices, required=False)
    label_map = LabelMapField(required=False)
    score_threshold = FiniteFloatField(min_value=0.0, max_value=0.99, required=False)
    nms_iou = FiniteFloatField(min_value=0.01, max_value=1.0, required=False)
    licence = CleanCharField(max_length=200, required=False, allow_blank=True)
    origin = CleanCharField(max_length=500, required=False, allow_blank=True)


class ActivateSerializer(serializers.Serializer[Any]):
    reason = CleanCharField(
        max_length=1000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why an administrator overrides the gate.",
    )


class EvaluationSetRequestSerializer(serializers.Serializer[Any]):
    name = CleanCharField(max_length=NAME_LENGTH)
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    file = serializers.UUIDField(required=False, help_text="Of `detectors/files/`.")
    version = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="The id of a dataset's version, instead of a file.",
    )
    split = serializers.ChoiceField(
        choices=SET_SPLITS, required=False, help_text="Of the version; `test` if left out."
    )
    label_map = LabelMapField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == ("version" in attrs):
            raise serializers.ValidationError({"file": ["Give either a file or a version."]})
        if "split" in attrs and "version" not in attrs:
            raise serializers.ValidationError({"split": ["Only a version has splits."]})
        return attrs


class EvaluationSetUpdateSerializer(serializers.Serializer[Any]):
    is_gate = serializers.BooleanField()


class EvaluationRequestSerializer(serializers.Serializer[Any]):
    detector = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    evaluation_set = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class ComparisonQuerySerializer(serializers.Serializer[Any]):
    candidate = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    active = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class PictureQuerySerializer(serializers.Serializer[Any]):
    image = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class FileQuerySerializer(serializers.Serializer[Any]):
    filename = CleanCharField(max_length=255)
