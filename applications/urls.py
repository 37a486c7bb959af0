from django.urls import path

from applications.views import clients, filing, history, home, result

app_name = "applications"
urlpatterns = [
    path("", home.home, name="home"),
    path("applications/", filing.application_list, name="list"),
    path("applications/new/", filing.new, name="new"),
    path("applications/<uuid:pk>/", result.detail, name="detail"),
    path("applications/<uuid:pk>/edit/", filing.edit, name="edit"),
    path("applications/<uuid:pk>/delete/", filing.delete, name="delete"),
    path("applications/<uuid:pk>/explanation/", result.explanation, name="explanation"),
    path("clients/", clients.search, name="clients"),
    path("clients/<int:number>/", clients.client, name="client"),
    path("history/", history.history, name="history"),
]
