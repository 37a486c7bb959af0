from django.urls import path

from applications.views import filing, history, home, letters, result, what_if

app_name = "applications"
urlpatterns = [
    path("", home.home, name="home"),
    path("applications/", filing.application_list, name="list"),
    path("applications/new/", filing.new, name="new"),
    path("applications/<uuid:pk>/", result.detail, name="detail"),
    path("applications/<uuid:pk>/edit/", filing.edit, name="edit"),
    path("applications/<uuid:pk>/delete/", filing.delete, name="delete"),
    path("applications/<uuid:pk>/explanation/", result.explanation, name="explanation"),
    path("applications/<uuid:pk>/letter/", letters.letter, name="letter"),
    path("applications/<uuid:pk>/letter/make/", letters.letter_make, name="letter-make"),
    path("applications/<uuid:pk>/letter/reasons/", letters.letter_reasons, name="letter-reasons"),
    path(
        "applications/<uuid:pk>/letter/<slug:language>.pdf", letters.letter_pdf, name="letter-pdf"
    ),
    path(
        "applications/<uuid:pk>/letter/handed-over/",
        letters.letter_handed_over,
        name="letter-handed-over",
    ),
    path("letters/", letters.letters, name="letters"),
    path("applications/<uuid:pk>/what-if/", what_if.what_if, name="what-if"),
    path("applications/<uuid:pk>/counter-offer/", what_if.counter_offer, name="counter-offer"),
    path("history/", history.history, name="history"),
]
