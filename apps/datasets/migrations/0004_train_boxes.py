from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datasets", "0003_task_result")]

    operations = [
        migrations.AddField(
            model_name="datasetversion",
            name="train_boxes",
            field=models.JSONField(null=True),
        ),
    ]
