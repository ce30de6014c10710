from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("detectors", "0002_registry")]

    operations = [
        migrations.AddField(
            model_name="promotion",
            name="previous_settings",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
