from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    trainings = apps.get_model("training", "Training").objects
    for training in trainings.filter(version__isnull=False).select_related("version"):
        training.classes = training.version.classes
        training.save(update_fields=["classes"])


class Migration(migrations.Migration):
    dependencies = [("training", "0002_base_name")]

    operations = [
        migrations.AddField(
            model_name="training",
            name="classes",
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
