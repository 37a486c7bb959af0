from django.urls import path

from scoring.api import batches, replays, tokens, views, webhooks

urlpatterns = [
    path("scores/", views.ScoreList.as_view(), name="api-scores"),
    path("scores/<uuid:pk>/", views.ScoreDetail.as_view(), name="api-score"),
    path("scores/<uuid:pk>/explanation/", views.ScoreExplanation.as_view(), name="api-explanation"),
    path("scores/<uuid:pk>/replay/", replays.ScoreReplay.as_view(), name="api-score-replay"),
    path("models/champion/", views.Champion.as_view(), name="api-champion"),
    path("tokens/current/", tokens.CurrentToken.as_view(), name="api-token-current"),
    path("webhooks/", webhooks.WebhookList.as_view(), name="api-webhooks"),
    path("webhooks/<uuid:pk>/", webhooks.WebhookDetail.as_view(), name="api-webhook"),
    path("webhooks/<uuid:pk>/secret/", webhooks.WebhookSecret.as_view(), name="api-webhook-secret"),
    path("webhooks/<uuid:pk>/test/", webhooks.WebhookTest.as_view(), name="api-webhook-test"),
    path(
        "webhooks/<uuid:pk>/deliveries/",
        webhooks.WebhookDeliveries.as_view(),
        name="api-webhook-deliveries",
    ),
    *batches.urlpatterns,
]
