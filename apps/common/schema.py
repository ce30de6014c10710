"""What every operation of the API's schema has in common: how it says no."""

from http import HTTPStatus
from typing import Any

from rest_framework import serializers

NO_CONTENT = {204: None}
ERROR_REFERENCE = {"$ref": "#/components/schemas/Error"}


class ErrorSerializer(serializers.Serializer[dict[str, Any]]):
    """The one shape of every error."""

    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(help_text="What is wrong with which field.")  # type: ignore[assignment]


def refusals_document(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: adds to every operation the refusals that its form implies.

    What depends on the operation's meaning (409, 429, 507, …) is said by its view.
    """
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for status in _refusals_implied(path, operation):
                operation["responses"].setdefault(str(int(status)), _refusal(status))
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _refusals_implied(path: str, operation: dict[str, Any]) -> list[HTTPStatus]:
    locations = {parameter["in"] for parameter in operation.get("parameters", [])}
    has_body = "requestBody" in operation
    implied = [HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.SERVICE_UNAVAILABLE]
    if has_body or "query" in locations:
        implied.append(HTTPStatus.BAD_REQUEST)
    if has_body:
        implied += [HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE]
    if any(operation.get("security", [])):  # {} stands for nobody
        implied += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN]
    if "{" in path or any(item["name"] == "page" for item in operation.get("parameters", [])):
        implied.append(HTTPStatus.NOT_FOUND)
    return implied


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    return {
        "description": status.phrase,
        "content": {"application/json": {"schema": ERROR_REFERENCE}},
    }
