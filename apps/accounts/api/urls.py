"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.accounts.api import me, session, tokens, users

urlpatterns: list[URLPattern] = [
    path("auth/login/", session.LoginView.as_view(), name="login"),
    path("auth/logout/", session.LogoutView.as_view(), name="logout"),
    path("auth/tokens/", tokens.TokensView.as_view(), name="tokens"),
    path("auth/tokens/<int:id>/", tokens.TokenView.as_view(), name="token"),
    path("me/", me.MeView.as_view(), name="me"),
    path("me/password/", me.MyPasswordView.as_view(), name="my-password"),
    path("users/", users.UsersView.as_view(), name="users"),
    path("users/lookup/", users.LookupView.as_view(), name="users-lookup"),
    path("users/<int:id>/", users.UserView.as_view(), name="user"),
    path("users/<int:id>/password/", users.UserPasswordView.as_view(), name="user-password"),
]
