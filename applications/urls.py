from django.urls import path

from applications import views

app_name = "applications"
urlpatterns = [
    path("", views.home, name="home"),
    path("applications/", views.application_list, name="list"),
    path("applications/new/", views.new, name="new"),
    path("applications/<uuid:pk>/", views.detail, name="detail"),
    path("applications/<uuid:pk>/edit/", views.edit, name="edit"),
    path("applications/<uuid:pk>/delete/", views.delete, name="delete"),
    path("applications/<uuid:pk>/explanation/", views.explanation, name="explanation"),
    path("history/", views.history, name="history"),
]
