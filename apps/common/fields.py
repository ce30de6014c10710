"""Fields of requests that let nothing through which would break further inside."""

import math
from typing import Any

from rest_framework import serializers

from apps.common.texts import has_control_characters, text_clean


class CleanCharField(serializers.CharField):
    """Text without control characters; `multiline` allows line ends and tabs."""

    default_error_messages = {"control_characters": "Control characters are not allowed."}

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = text_clean(super().to_internal_value(data))
        if has_control_characters(text, multiline=self.multiline):
            self.fail("control_characters")
        return text


class FiniteFloatField(serializers.FloatField):
    """A number that JSON can give back: `nan` passes every comparison with a limit."""

    default_error_messages = {"not_finite": "A finite number is required."}

    def to_internal_value(self, data: Any) -> float:
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("not_finite")
        return number
