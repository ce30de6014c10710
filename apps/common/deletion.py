"""Deleting what many rows hang on, in steps that hold no lock for long."""

from typing import Any

from django.db.models import CASCADE, Model, QuerySet

BATCH_ROWS = 5000


def delete_in_batches(rows: QuerySet[Any]) -> None:
    """Delete the rows and everything that would be deleted with them, deepest first.

    Each batch is a transaction of its own, so this may be interrupted and called again.
    """
    for relation in rows.model._meta.get_fields(include_hidden=True):
        if relation.auto_created and getattr(relation, "on_delete", None) is CASCADE:
            children: type[Model] = relation.related_model
            parents = rows.order_by().values("pk")
            delete_in_batches(
                children._base_manager.filter(**{f"{relation.field.name}__in": parents})
            )
    manager = rows.model._base_manager
    while pks := list(rows.order_by().values_list("pk", flat=True)[:BATCH_ROWS]):
        manager.filter(pk__in=pks).delete()
