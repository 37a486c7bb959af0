from django.urls import path

from scoring.api import replays, views

urlpatterns = [
    path("scores/", views.ScoreList.as_view(), name="api-scores"),
    path("scores/<uuid:pk>/", views.ScoreDetail.as_view(), name="api-score"),
    path("scores/<uuid:pk>/explanation/", views.ScoreExplanation.as_view(), name="api-explanation"),
    path("scores/<uuid:pk>/replay/", replays.ScoreReplay.as_view(), name="api-score-replay"),
    path("models/champion/", views.Champion.as_view(), name="api-champion"),
]
