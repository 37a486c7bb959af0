"""Score batches over REST: a file in, its progress, the results, and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, ClassVar, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.api.base import ERRORS, NOT_FOUND, ApiView, problems
from scoring.api.pages import Page
from scoring.api.serializers import CutOffs, ModelUsed
from scoring.batches import results, services, uploads
from scoring.batches.exceptions import NotNow, TooLarge, Unusable
from scoring.batches.models import BatchRow, ScoreBatch
from scoring.batches.results import PARQUET

Format = ScoreBatch.Format
_MEDIA_TYPES = {
    "text/csv": Format.CSV,
    "application/x-ndjson": Format.JSON_LINES,
    "application/jsonl": Format.JSON_LINES,
    PARQUET: Format.PARQUET,
    "application/zip": Format.ZIP,
}
_YES = {"true", "1", "yes", "on"}
_NO = {"false", "0", "no", "off", ""}


class ContentTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The file is larger than this site takes.")
    default_code = "too_large"


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class FileParser(BaseParser):
    """A body that is a file: written to disk as it arrives, and never whole in memory."""

    declared: ClassVar[Format]

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        upload = uploads.receive(stream)
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH")
        if length and upload.size != int(length):
            upload.discard()
            raise Unusable(_("The upload broke off. Please send the file again."))
        return upload


def _parser(media_type: str, declared: Format) -> type[FileParser]:
    return type("Parser", (FileParser,), {"media_type": media_type, "declared": declared})


class Renderer(JSONRenderer):
    """Stands for a media type that is streamed; problems are JSON all the same."""


class CsvRenderer(Renderer):
    media_type = "text/csv"
    format = "csv"


class ParquetRenderer(Renderer):
    media_type = PARQUET
    format = "parquet"


class Links(serializers.Serializer[Any]):
    self = serializers.URLField()
    results = serializers.URLField(help_text=gettext_lazy("Once the batch is over."))
    errors = serializers.URLField()  # type: ignore[assignment]  # shadows Serializer.errors
    cancel = serializers.URLField()


class Batch(serializers.ModelSerializer[ScoreBatch]):
    """A batch and how far it is."""

    rows_total = serializers.IntegerField(
        source="rows", help_text=gettext_lazy("0 until the file is checked.")
    )
    rows_read = serializers.SerializerMethodField()
    rows_scored = serializers.SerializerMethodField()
    rows_refused = serializers.SerializerMethodField()
    share = serializers.SerializerMethodField(help_text=gettext_lazy("Done, from 0 to 1."))
    estimated_end = serializers.SerializerMethodField()
    model = serializers.SerializerMethodField()
    cut_offs = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = ScoreBatch
        fields = [
            "id",
            "name",
            "format",
            "explain",
            "state",
            "problem",
            "rows_total",
            "rows_read",
            "rows_scored",
            "rows_refused",
            "share",
            "created_at",
            "started_at",
            "estimated_end",
            "finished_at",
            "model",
            "cut_offs",
            "links",
        ]

    def to_representation(self, instance: ScoreBatch) -> dict[str, Any]:
        self._progress = instance.chunks.progress()
        return super().to_representation(instance)

    def get_rows_read(self, batch: ScoreBatch) -> int:
        return self._progress.done

    def get_rows_scored(self, batch: ScoreBatch) -> int:
        return self._progress.scored

    def get_rows_refused(self, batch: ScoreBatch) -> int:
        return self._progress.refused

    def get_share(self, batch: ScoreBatch) -> float:
        return self._progress.done / batch.rows if batch.rows else 0.0

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_estimated_end(self, batch: ScoreBatch) -> str | None:
        moment = results.estimated_end(batch, self._progress)
        return None if moment is None else timezone.localtime(moment).isoformat()

    @extend_schema_field(ModelUsed(allow_null=True))
    def get_model(self, batch: ScoreBatch) -> dict[str, str] | None:
        model = batch.model
        if model is None:
            return None
        return {"name": model.name, "version": model.version, "sha256": model.sha256}

    @extend_schema_field(CutOffs(allow_null=True))
    def get_cut_offs(self, batch: ScoreBatch) -> dict[str, float] | None:
        source = batch.strategy or batch.model
        if source is None:
            return None
        return {"refer_from": source.refer_from, "decline_from": source.decline_from}

    @extend_schema_field(Links)
    def get_links(self, batch: ScoreBatch) -> dict[str, str]:
        names = {"self": "", "results": "-results", "errors": "-errors", "cancel": "-cancel"}
        request = self.context["request"]
        return {
            link: request.build_absolute_uri(
                reverse(f"api-score-batch{suffix}", kwargs={"pk": batch.pk})
            )
            for link, suffix in names.items()
        }


class WrongColumn(serializers.Serializer[Any]):
    column = serializers.CharField(help_text=gettext_lazy("Empty where it is the whole row."))
    detail = serializers.CharField()


class RefusedRow(serializers.ModelSerializer[BatchRow]):
    """A row that could not be scored, and why."""

    errors = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = BatchRow
        fields = ["line", "client_id", "errors"]

    @extend_schema_field(WrongColumn(many=True))
    def get_errors(self, row: BatchRow) -> list[dict[str, str]]:
        errors = row.errors or {}
        return [{"column": name, "detail": " ".join(told)} for name, told in errors.items()]


class _PageOut(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class BatchPage(_PageOut):
    results = Batch(many=True)


class RefusedRowPage(_PageOut):
    results = RefusedRow(many=True)


class _Form(serializers.Serializer[Any]):
    file = serializers.FileField()
    explain = serializers.BooleanField(required=False)


class ByTime(Page):
    ordering = "-created_at"


class ByLine(Page):
    ordering = "line"
    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1_000


_CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR)
_EXPLAIN = OpenApiParameter(
    "explain", OpenApiTypes.BOOL, description=gettext_lazy("Store reasons with every score.")
)
_NAME = OpenApiParameter(
    "name", OpenApiTypes.STR, description=gettext_lazy("What the file is called.")
)


class BatchView(ApiView):
    right = "scoring.score_batch"

    def batch(self, pk: UUID) -> ScoreBatch:
        """Their own; any for who may view predictions."""
        visible = ScoreBatch.objects.visible_to(self.request.user)
        found: ScoreBatch = get_object_or_404(visible.select_related("model", "strategy"), pk=pk)
        return found

    def shown(self, batch: ScoreBatch) -> dict[str, Any]:
        return Batch(batch, context={"request": self.request}).data


class BatchList(BatchView):
    parser_classes: ClassVar[list[type[BaseParser]]] = [  # type: ignore[misc]
        *(_parser(media_type, declared) for media_type, declared in _MEDIA_TYPES.items()),
        MultiPartParser,
    ]

    @extend_schema(
        operation_id="score_batches_list",
        summary="Score batches, the latest first",
        parameters=[_CURSOR],
        responses={(200, "application/json"): BatchPage, **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """Return batches, page by page."""
        pages = ByTime()
        visible = ScoreBatch.objects.visible_to(request.user).select_related("model", "strategy")
        found = pages.paginate_queryset(visible, request, view=self)
        return pages.get_paginated_response([self.shown(batch) for batch in found or ()])

    @extend_schema(
        operation_id="score_batches_create",
        summary="Score a file of applications",
        parameters=[_EXPLAIN, _NAME],
        request={
            "multipart/form-data": _Form,
            **dict.fromkeys(_MEDIA_TYPES, OpenApiTypes.BINARY),
        },
        responses={
            (202, "application/json"): Batch,
            **ERRORS,
            **problems(413, 415),
        },
    )
    def post(self, request: Request) -> Response:
        """Take a file of raw Home Credit columns, and score it in the background."""
        try:
            upload, declared, name = _received(request)
            explain = _explain(request)
            batch = services.create(
                upload=upload,
                created_by=cast(User, request.user),
                name=name,
                declared=declared,
                explain=explain,
            )
        except TooLarge as error:
            raise ContentTooLarge from error
        except Unusable as error:
            wrong: dict[str, Any] = {
                column or "file": [why] for column, why in error.columns.items()
            }
            raise ValidationError(wrong or {"file": [str(error)]}) from error
        return Response(
            self.shown(batch),
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": reverse("api-score-batch", kwargs={"pk": batch.pk})},
        )


class BatchDetail(BatchView):
    @extend_schema(
        operation_id="score_batches_retrieve",
        summary="How far a batch is",
        responses={(200, "application/json"): Batch, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the state and progress of a batch."""
        return Response(self.shown(self.batch(pk)))


class BatchCancel(BatchView):
    @extend_schema(
        operation_id="score_batches_cancel",
        summary="Stop a batch",
        request=None,
        responses={(200, "application/json"): Batch, **ERRORS, **NOT_FOUND, **problems(409)},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Stop after the rows under way; what is scored stays."""
        batch = self.batch(pk)
        try:
            services.cancel(batch_id=batch.pk)
        except NotNow as error:
            raise Conflict(str(error)) from error
        return Response(self.shown(self.batch(pk)))


class BatchErrors(BatchView):
    @extend_schema(
        operation_id="score_batches_errors",
        summary="The rows that could not be scored",
        parameters=[
            _CURSOR,
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses={(200, "application/json"): RefusedRowPage, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return refused rows by line, page by page."""
        pages = ByLine()
        refused = BatchRow.objects.filter(batch=self.batch(pk)).refused()
        found = pages.paginate_queryset(refused, request, view=self)
        return pages.get_paginated_response(RefusedRow(found, many=True).data)


class BatchResults(BatchView):
    renderer_classes: ClassVar[list[type[BaseRenderer]]] = [  # type: ignore[misc]
        CsvRenderer,
        ParquetRenderer,
    ]

    @extend_schema(
        operation_id="score_batches_results",
        summary="The scores of a batch",
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, PARQUET): OpenApiTypes.BINARY,
            **ERRORS,
            **NOT_FOUND,
            **problems(406, 409),
        },
    )
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """Return a row for every row of the file, in its order."""
        batch = self.batch(pk)
        if not batch.has_results:
            raise Conflict(_("There are no results yet. Ask for the batch until it is over."))
        return results.download(batch, request.accepted_renderer.format or "csv")


def _received(request: Request) -> tuple[uploads.Upload, Format | None, str]:
    """The file, what it is said to be, and its name."""
    data = request.data
    name = request.query_params.get("name", "")
    if isinstance(data, uploads.Upload):
        media_type = str(request.content_type).partition(";")[0].strip().lower()
        return data, _MEDIA_TYPES[media_type], name
    file = request.FILES.get("file")
    if file is None:
        if request.content_type and request.content_type.startswith("multipart/"):
            raise Unusable(_("Send the file in the form field `file`."))
        raise Unusable(_("The file is empty."))
    return uploads.receive(file), None, name or str(file.name)


def _explain(request: Request) -> bool:
    asked = request.query_params.get("explain")
    if asked is None and isinstance(request.data, dict):
        asked = request.data.get("explain")
    text = str(asked or "").strip().lower()
    if text not in _YES | _NO:
        if isinstance(request.data, uploads.Upload):
            request.data.discard()
        raise ValidationError({"explain": [_("Must be a valid boolean.")]})
    return text in _YES


urlpatterns = [
    path("score-batches/", BatchList.as_view(), name="api-score-batches"),
    path("score-batches/<uuid:pk>/", BatchDetail.as_view(), name="api-score-batch"),
    path(
        "score-batches/<uuid:pk>/results/", BatchResults.as_view(), name="api-score-batch-results"
    ),
    path("score-batches/<uuid:pk>/errors/", BatchErrors.as_view(), name="api-score-batch-errors"),
    path("score-batches/<uuid:pk>/cancel/", BatchCancel.as_view(), name="api-score-batch-cancel"),
]
