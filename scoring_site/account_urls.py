"""Logging in and out."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from scoring_site.views import LogInView

urlpatterns = [
    path("login/", LogInView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
