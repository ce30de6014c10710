"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.training.api import views

urlpatterns: list[URLPattern] = [
    path("trainings/", views.TrainingsView.as_view(), name="trainings"),
    path("trainings/<int:id>/", views.TrainingView.as_view(), name="training"),
    path("trainings/<int:id>/cancel/", views.TrainingCancelView.as_view(), name="training-cancel"),
    path("trainings/<int:id>/resume/", views.TrainingResumeView.as_view(), name="training-resume"),
]
