from django.urls import path

from applications.views import (
    cases,
    clients,
    filing,
    history,
    home,
    letters,
    records,
    result,
    what_if,
)

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
    path("clients/", clients.search, name="clients"),
    path("clients/<int:number>/", clients.client, name="client"),
    path("history/", history.history, name="history"),
    path("referrals/", cases.referrals, name="referrals"),
    path("referrals/second-opinions/", cases.second_opinions, name="second-opinions"),
    path("applications/<uuid:pk>/claim/", cases.claim, name="claim"),
    path("applications/<uuid:pk>/take-over/", cases.take_over, name="take-over"),
    path("applications/<uuid:pk>/put-back/", cases.put_back, name="put-back"),
    path("applications/<uuid:pk>/ask-back/", cases.ask_back, name="ask-back"),
    path("applications/<uuid:pk>/answer/", cases.answer, name="answer"),
    path("applications/<uuid:pk>/decide/", cases.decide, name="decide"),
    path("overrides/<int:pk>/settle/", cases.settle, name="settle"),
    path("overrides/<int:pk>/withdraw/", cases.withdraw, name="withdraw"),
    path("applications/<uuid:pk>/notes/", records.write_note, name="write-note"),
    path("applications/<uuid:pk>/documents/", records.attach, name="attach"),
    path("documents/<uuid:pk>/", records.document, name="document"),
]
