from django.urls import path

from scoring.api import batches, views

urlpatterns = [
    path("scores/", views.ScoreList.as_view(), name="api-scores"),
    path("scores/<uuid:pk>/", views.ScoreDetail.as_view(), name="api-score"),
    path("scores/<uuid:pk>/explanation/", views.ScoreExplanation.as_view(), name="api-explanation"),
    path("models/champion/", views.Champion.as_view(), name="api-champion"),
    *batches.urlpatterns,
]
