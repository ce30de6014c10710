from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    trainings = apps.get_model("training", "Training").objects
    for training in trainings.filter(base__isnull=False).select_related("base"):
        training.base_name = training.base.name
        training.save(update_fields=["base_name"])


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="training",
            name="base_name",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
