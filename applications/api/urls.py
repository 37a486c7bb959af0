from django.urls import path

from applications.api.views import applications, cases, decisions, outcomes, records, terms

_APPLICATION = "applications/<uuid:pk>"
_DECISION = "decisions/<int:pk>"

urlpatterns = [
    path("applications/", applications.ApplicationList.as_view(), name="api-applications"),
    path(f"{_APPLICATION}/", applications.ApplicationDetail.as_view(), name="api-application"),
    path(f"{_APPLICATION}/submit/", applications.Submission.as_view(), name="api-submit"),
    path(f"{_APPLICATION}/what-ifs/", terms.WhatIfs.as_view(), name="api-what-ifs"),
    path(
        f"{_APPLICATION}/counter-offers/", terms.CounterOffers.as_view(), name="api-counter-offers"
    ),
    path(f"{_APPLICATION}/notes/", records.Notes.as_view(), name="api-notes"),
    path(f"{_APPLICATION}/attachments/", records.Attachments.as_view(), name="api-attachments"),
    path(
        f"{_APPLICATION}/attachments/<uuid:attachment>/",
        records.Document.as_view(),
        name="api-attachment",
    ),
    path(f"{_APPLICATION}/timeline/", records.TimelineOf.as_view(), name="api-timeline"),
    path(f"{_APPLICATION}/claim/", cases.Claim.as_view(), name="api-claim"),
    path(f"{_APPLICATION}/take-over/", cases.TakeOver.as_view(), name="api-take-over"),
    path(f"{_APPLICATION}/put-back/", cases.PutBack.as_view(), name="api-put-back"),
    path(f"{_APPLICATION}/return/", cases.Return.as_view(), name="api-return"),
    path(f"{_APPLICATION}/answer/", cases.Answer.as_view(), name="api-answer"),
    path(f"{_APPLICATION}/decide/", cases.Decide.as_view(), name="api-decide"),
    path("referrals/", cases.ReferralList.as_view(), name="api-referrals"),
    path("overrides/", cases.OverrideList.as_view(), name="api-overrides"),
    path("overrides/<int:pk>/settle/", cases.Settlement.as_view(), name="api-settle"),
    path("overrides/<int:pk>/withdraw/", cases.Withdrawal.as_view(), name="api-withdraw"),
    path("decisions/", decisions.DecisionList.as_view(), name="api-decisions"),
    path(f"{_DECISION}/", decisions.DecisionDetail.as_view(), name="api-decision"),
    path(f"{_DECISION}/letter/", decisions.LetterOf.as_view(), name="api-letter"),
    path(
        f"{_DECISION}/letter/<slug:language>/", decisions.LetterPdf.as_view(), name="api-letter-pdf"
    ),
    path(
        f"{_DECISION}/letter/<slug:language>/handed-over/",
        decisions.LetterHandedOver.as_view(),
        name="api-letter-handed-over",
    ),
    path(f"{_DECISION}/dossier/", decisions.DossierOf.as_view(), name="api-dossier"),
    path(f"{_DECISION}/replay/", decisions.DecisionReplay.as_view(), name="api-decision-replay"),
    path("outcomes/", outcomes.OutcomeList.as_view(), name="api-outcomes"),
]
