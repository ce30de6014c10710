"""Projects that were made to try the system with."""

from django.db import models


class SampleProject(models.Model):
    """Which sample a project shows, and the job that sets it up."""

    project = models.OneToOneField(
        "projects.Project", on_delete=models.CASCADE, related_name="sample"
    )
    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="sample")
    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.name} in {self.project}"
