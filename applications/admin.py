"""Applications and decisions for administrators, and their accounts."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from applications.models import Attachment, Case, Decision, Entry, LoanApplication, Note, Override
from applications.querysets import DecisionQuerySet
from monitoring.admin import ReadOnly

admin.site.unregister(User)
admin.site.unregister(Group)


class DecisionInline(ReadOnly, TabularInline):
    model = Decision
    extra = 0
    fields = ("decided_at", "outcome", "kind", "decided_by", "reason", "prediction")
    show_change_link = True


@admin.register(LoanApplication)
class LoanApplicationAdmin(ReadOnly, ModelAdmin):
    """What was filed, to be read: applications are filed, changed and thrown away at the desk."""

    list_display = ("reference", "named", "filed_by", "status", "amount", "updated_at")
    list_filter = ("status", "contract_type", "updated_at")
    list_select_related = ("filed_by",)
    search_fields = ("reference", "first_name", "last_name", "=client_number")
    inlines = (DecisionInline,)
    show_full_result_count = False

    @admin.display(description=_("Applicant"), ordering="last_name")
    def named(self, application: LoanApplication) -> str:
        return application.applicant


@admin.register(Decision)
class DecisionAdmin(ReadOnly, ModelAdmin):
    list_display = ("decided_at", "application", "outcome", "kind", "decided_by")
    list_filter = ("outcome", "kind", "decided_at")
    search_fields = ("application__reference", "application__first_name", "application__last_name")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> DecisionQuerySet:
        return Decision.objects.for_history().select_related("decided_by")


@admin.register(Case)
class CaseAdmin(ReadOnly, ModelAdmin):
    list_display = ("application", "stage", "since", "claimed_by", "letter_due_on")
    list_filter = ("stage", "since")
    list_select_related = ("application", "claimed_by")
    search_fields = ("application__reference",)
    show_full_result_count = False


@admin.register(Override)
class OverrideAdmin(ReadOnly, ModelAdmin):
    list_display = ("proposed_at", "application", "outcome", "status", "proposed_by", "settled_by")
    list_filter = ("status", "reason_code", "proposed_at")
    list_select_related = ("application", "proposed_by", "settled_by")
    search_fields = ("application__reference",)


@admin.register(Note)
class NoteAdmin(ReadOnly, ModelAdmin):
    list_display = ("written_at", "application", "author", "text")
    list_select_related = ("application", "author")
    search_fields = ("application__reference",)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnly, ModelAdmin):
    """What is on file; the documents themselves are opened at the desk."""

    list_display = ("added_at", "application", "name", "content_type", "size", "added_by")
    list_select_related = ("application", "added_by")
    search_fields = ("application__reference", "name")
    exclude = ("file",)


@admin.register(Entry)
class EntryAdmin(ReadOnly, ModelAdmin):
    list_display = ("sequence", "at", "kind", "application", "actor")
    list_filter = ("kind", "at")
    list_select_related = ("application", "actor")
    search_fields = ("application__reference",)
    show_full_result_count = False


@admin.register(User)
class UserAdmin(BaseUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # none at run time
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    pass
