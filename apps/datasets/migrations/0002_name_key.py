"""Names that differ only in case are one name, whatever the collation of the database."""

import hashlib
import unicodedata
from typing import Any

from django.db import migrations, models


def keys_fill(apps: Any, schema_editor: Any) -> None:
    taken: set[str] = set()
    for dataset in apps.get_model("datasets", "Dataset").objects.order_by("pk"):
        name, number = dataset.name, 1
        while (key := _key(name)) in taken:
            number += 1
            name = f"{dataset.name[:90]} ({number})"
        taken.add(key)
        dataset.name, dataset.name_key = name, key
        dataset.save(update_fields=["name", "name_key"])


def _key(name: str) -> str:
    return hashlib.sha256(unicodedata.normalize("NFKC", name).casefold().encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [("datasets", "0001_initial")]

    operations = [
        migrations.AlterField("dataset", "name", models.CharField(max_length=100)),
        migrations.AddField(
            "dataset", "name_key", models.CharField(max_length=64, null=True, editable=False)
        ),
        migrations.RunPython(keys_fill, migrations.RunPython.noop),
        migrations.AlterField(
            "dataset", "name_key", models.CharField(max_length=64, unique=True, editable=False)
        ),
    ]
