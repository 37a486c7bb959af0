"""Addresses of the credit desk."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularSwaggerView

from scoring_site import views
from scoring_site.metrics import metrics

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("scoring_site.account_urls")),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", views.SchemaView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
    path("api/v1/problems/", views.problem_kinds, name="api-problems"),
    path("api/v1/columns/", views.columns, name="api-columns"),
    path("api/v1/", include("scoring.api.urls")),
    path("api/v1/", include("applications.api.urls")),
    path("", include("applications.urls")),
]
handler400 = "scoring_site.views.bad_request"
handler403 = "scoring_site.views.forbidden"
handler404 = "scoring_site.views.not_found"
handler500 = "scoring_site.views.server_error"
