"""Every operation, fuzzed from the schema: nothing answers 500, and answers match the schema."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts.services import token_create
from tests.api.addresses import address_ids
from tests.cast import Cast
from tests.settings import USES_SERVICES

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schema = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The application answers inside the test's transaction, so it must not end it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume async")
@schema.parametrize()
@settings(
    # MariaDB and its driver refuse more than SQLite does, so that most are tried there.
    max_examples=12 if USES_SERVICES else 4,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_no_operation_breaks_or_answers_what_the_schema_does_not_say(
    case: Case, cast: Cast, ids: dict[str, object], one_connection: None
) -> None:
    _, key = token_create(user=cast.admin, name="fuzz", expires_in_days=1)
    headers = {"Authorization": f"Token {key}"}
    case.call_and_validate(headers=headers, checks=CHECKS)
    if known := address_ids(case.path, ids):
        case.path_parameters = {name: str(value) for name, value in known.items()}
        case.call_and_validate(headers=headers, checks=CHECKS)
