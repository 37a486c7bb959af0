from django.urls import path

from applications.views import filing, history, home, result, what_if

app_name = "applications"
urlpatterns = [
    path("", home.home, name="home"),
    path("applications/", filing.application_list, name="list"),
    path("applications/new/", filing.new, name="new"),
    path("applications/<uuid:pk>/", result.detail, name="detail"),
    path("applications/<uuid:pk>/edit/", filing.edit, name="edit"),
    path("applications/<uuid:pk>/delete/", filing.delete, name="delete"),
    path("applications/<uuid:pk>/explanation/", result.explanation, name="explanation"),
    path("applications/<uuid:pk>/what-if/", what_if.what_if, name="what_if"),
    path("applications/<uuid:pk>/counter-offer/", what_if.counter_offer, name="counter_offer"),
    path("history/", history.history, name="history"),
]
