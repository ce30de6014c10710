"""What detectors learn from, and a training: of nobody in particular, for every engineer."""

import cv2

from apps.accounts.models import User
from apps.datasets.models import DatasetImage, DatasetTask, ImageState, TaskKind
from apps.datasets.services.datasets import dataset_create
from apps.datasets.services.versions import version_create
from apps.datasets.storage import image_path
from apps.jobs.models import Job, JobKind, JobState
from apps.training.models import PointKind, Training
from tests.media import make_picture


def learning_things(by: User) -> dict[str, object]:
    """The ids of a dataset with a picture, a version and ended work, and of a failed training."""
    dataset = dataset_create(name="Pours", description="", classes=["worker"], by=by)
    image = DatasetImage.objects.create(
        dataset=dataset,
        source="still.jpg",
        group="import",
        file="still.jpg",
        sha256="0" * 64,
        width=640,
        height=480,
        state=ImageState.LABELLED,
        boxes=[{"label": "worker", "box": [1.0, 2.0, 30.0, 40.0]}],
    )
    picture = image_path(dataset.folder, image.file)
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(cv2.imencode(".jpg", make_picture(1, (640, 480)))[1].tobytes())
    version = version_create(dataset, note="", by=by)
    task = DatasetTask.objects.create(
        job=Job.objects.create(
            kind=JobKind.DATASET_IMPORT, state=JobState.COMPLETED, created_by=by
        ),
        dataset=dataset,
        kind=TaskKind.IMPORT,
    )
    training = Training.objects.create(
        name="Pours 1",
        job=Job.objects.create(kind=JobKind.TRAINING, state=JobState.FAILED, created_by=by),
        version=version,
        data_digest=version.digest,
        recipe={"epochs": 1},
        folder="strangers",
        created_by=by,
    )
    training.points.create(n=1, kind=PointKind.STEP, event={"epoch": 1, "step": 1, "loss": 0.5})
    return {
        "datasets": dataset.pk,
        "images": image.pk,
        "tasks": task.pk,
        "trainings": training.pk,
    }
