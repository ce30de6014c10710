from typing import Any

from django.db import migrations, models

MEASURED = ("severity", "verdict", "value", "limit")


def keep_what_was_reviewed(apps: Any, schema_editor: Any) -> None:
    """Of older verdicts the newest measurement is all that is known."""
    finding = apps.get_model("inspection", "Finding")
    for row in finding.objects.filter(revision__gt=1).only(*MEASURED).iterator():
        measured = {name: getattr(row, name) for name in MEASURED}
        finding.objects.filter(pk=row.pk).update(reviewed_as=measured)


class Migration(migrations.Migration):
    dependencies = [("inspection", "0003_camera_movement_problem")]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="reviewed_as",
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(keep_what_was_reviewed, migrations.RunPython.noop),
    ]
