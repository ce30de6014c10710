"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.projects.api import members, projects, uploads, videos

urlpatterns: list[URLPattern] = [
    path("projects/", projects.ProjectsView.as_view(), name="projects"),
    path("projects/<int:id>/", projects.ProjectView.as_view(), name="project"),
    path("projects/<int:id>/members/", members.MembersView.as_view(), name="members"),
    path("projects/<int:id>/members/<int:user_id>/", members.MemberView.as_view(), name="member"),
    path("videos/", videos.VideosView.as_view(), name="videos"),
    path("videos/<int:id>/", videos.VideoView.as_view(), name="video"),
    path("videos/<int:id>/media/", videos.VideoMediaView.as_view(), name="video-media"),
    path("videos/<int:id>/original/", videos.VideoOriginalView.as_view(), name="video-original"),
    path("videos/<int:id>/thumbnail/", videos.VideoThumbnailView.as_view(), name="video-thumbnail"),
    path("uploads/", uploads.UploadListView.as_view(), name="uploads"),
    path("uploads/<uuid:id>/", uploads.UploadView.as_view(), name="upload"),
]
