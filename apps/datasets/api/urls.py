"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.datasets.api import datasets, images

ONE = "datasets/<int:id>/"
IMAGE = f"{ONE}images/<int:image_id>/"

urlpatterns: list[URLPattern] = [
    path("datasets/", datasets.DatasetsView.as_view(), name="datasets"),
    path("datasets/versions/", datasets.AllVersionsView.as_view(), name="all-dataset-versions"),
    path(ONE, datasets.DatasetView.as_view(), name="dataset"),
    path(f"{ONE}statistics/", datasets.StatisticsView.as_view(), name="dataset-statistics"),
    path(f"{ONE}problems/", datasets.ProblemsView.as_view(), name="dataset-problems"),
    path(f"{ONE}split/", datasets.SplitView.as_view(), name="dataset-split"),
    path(f"{ONE}interpolate/", datasets.InterpolateView.as_view(), name="dataset-interpolate"),
    path(f"{ONE}frames/", datasets.FramesView.as_view(), name="dataset-frames"),
    path(f"{ONE}prelabel/", datasets.PrelabelView.as_view(), name="dataset-prelabel"),
    path(f"{ONE}import/", datasets.ImportView.as_view(), name="dataset-import"),
    path(f"{ONE}export/", images.ExportView.as_view(), name="dataset-export"),
    path(f"{ONE}tasks/", datasets.TasksView.as_view(), name="dataset-tasks"),
    path(f"{ONE}tasks/<uuid:task_id>/", datasets.TaskView.as_view(), name="dataset-task"),
    path(f"{ONE}versions/", datasets.VersionsView.as_view(), name="dataset-versions"),
    path(f"{ONE}versions/<int:number>/", datasets.VersionView.as_view(), name="dataset-version"),
    path(f"{ONE}images/", images.ImagesView.as_view(), name="dataset-images"),
    path(IMAGE, images.ImageView.as_view(), name="dataset-image"),
    path(f"{IMAGE}labels/", images.LabelsView.as_view(), name="dataset-labels"),
    path(f"{IMAGE}hold/", images.HoldView.as_view(), name="dataset-hold"),
    path(f"{IMAGE}neighbours/", images.NeighboursView.as_view(), name="dataset-neighbours"),
    path(f"{IMAGE}followed/", images.FollowedView.as_view(), name="dataset-followed"),
    path(f"{IMAGE}thumbnail/", images.ThumbnailView.as_view(), name="dataset-thumbnail"),
    path(f"{IMAGE}file/", images.ImageFileView.as_view(), name="dataset-image-file"),
]
