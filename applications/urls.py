from django.urls import path

from applications.views import dossier, filing, history, home, result, saved_views

app_name = "applications"
urlpatterns = [
    path("", home.home, name="home"),
    path("applications/", filing.application_list, name="list"),
    path("applications/new/", filing.new, name="new"),
    path("applications/<uuid:pk>/", result.detail, name="detail"),
    path("applications/<uuid:pk>/edit/", filing.edit, name="edit"),
    path("applications/<uuid:pk>/delete/", filing.delete, name="delete"),
    path("applications/<uuid:pk>/explanation/", result.explanation, name="explanation"),
    path("history/", history.history, name="history"),
    path("history/export.<str:kind>", history.export, name="export"),
    path("history/views/", saved_views.saved_views, name="saved-views"),
    path("history/views/<int:pk>/rename/", saved_views.rename, name="rename-view"),
    path("history/views/<int:pk>/delete/", saved_views.delete, name="delete-view"),
    path("applications/<uuid:pk>/dossier/", dossier.dossier, name="dossier"),
    path("applications/<uuid:pk>/dossier.json", dossier.as_json, name="dossier-json"),
    path("applications/<uuid:pk>/dossier/verify/", dossier.verify, name="verify"),
    path("applications/<uuid:pk>/dossier/replay/", dossier.replay, name="replay"),
]
