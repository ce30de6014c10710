"""Filters whose values cannot break a query."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import filters as drf_filters
from rest_framework.exceptions import ValidationError as RequestInvalid
from rest_framework.request import Request

EARLIEST_YEAR, LATEST_YEAR = 1900, 9000
LARGEST_ID = 2**63 - 1


class _SaneDateTimeField(IsoDateTimeField):
    """Near the ends of the calendar a change of the time zone overflows."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        if moment is not None and not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            raise ValidationError("This date is out of range.")
        return moment


class DateTimeFilter(filters.IsoDateTimeFilter):
    field_class = _SaneDateTimeField


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(filters.NumberFilter):
    """A whole number that fits the column."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, **kwargs)

    def get_max_validator(self) -> MaxValueValidator:
        return MaxValueValidator(LARGEST_ID)


class OrderingFilter(drf_filters.OrderingFilter):
    """Refuses unknown fields, and lets rows that are equal keep their places between pages."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> Any:
        ordering = super().get_ordering(request, queryset, view)
        return [*ordering, "-pk"] if ordering else ordering

    def remove_invalid_fields(
        self, queryset: Any, fields: Any, view: Any, request: Request
    ) -> list[str]:
        valid = super().remove_invalid_fields(queryset, fields, view, request)
        if len(valid) != len(fields):
            raise RequestInvalid({self.ordering_param: ["This cannot be ordered by."]})
        return list(valid)
