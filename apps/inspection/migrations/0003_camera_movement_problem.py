from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0002_camera_movement_run")]

    operations = [
        migrations.AddField(
            model_name="cameramovement",
            name="problem",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
    ]
