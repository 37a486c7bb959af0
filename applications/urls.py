from django.urls import path

from applications.views import fairness, filing, history, home, result, steering, watch_list

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
    path("strategy/", steering.overview, name="strategy"),
    path("strategy/simulate/", steering.simulate, name="simulate"),
    path("strategy/propose/", steering.propose, name="propose"),
    path("strategy/<int:version>/", steering.version, name="strategy_version"),
    path("strategy/<int:version>/settle/", steering.settle, name="settle"),
    path("strategy/<int:version>/return/", steering.propose_return, name="propose_return"),
    path("fairness/", fairness.report, name="fairness"),
    path("watch-list/", watch_list.entries, name="watch_list"),
    path("watch-list/add/", watch_list.add, name="watch_list_add"),
    path("watch-list/<int:pk>/remove/", watch_list.remove, name="watch_list_remove"),
]
