"""The roles, as groups with permissions.

Django creates permissions after all migrations, too late for this one, so they are created
here; afterwards Django finds them and leaves them as they are.
"""

from django.db import migrations

ROLES = {
    "Bankers": ["applications.loanapplication.file_application"],
    "Managers": ["applications.loanapplication.view_all_applications"],
    "Integrators": ["scoring.modelversion.request_score"],
    "Administrators": [
        "applications.loanapplication.view_loanapplication",
        "applications.loanapplication.change_loanapplication",
        "applications.loanapplication.delete_loanapplication",
        "applications.decision.view_decision",
        "monitoring.prediction.view_prediction",
        "scoring.modelversion.view_modelversion",
        "scoring.modelversion.activate_model",
        "scoring.modelversion.request_score",
        "scoring.clientfile.view_clientfile",
        "scoring.explanation.view_explanation",
        "auth.user.view_user",
        "auth.user.add_user",
        "auth.user.change_user",
        "auth.group.view_group",
        "knox.authtoken.view_authtoken",
        "knox.authtoken.add_authtoken",
        "knox.authtoken.delete_authtoken",
    ],
}
# What Django itself would call the custom ones.
NAMES = {
    "file_application": "Can file loan applications",
    "view_all_applications": "Can see what every banker filed",
    "request_score": "Can request scores over REST",
    "decide_application": "Can decide referrals and overrule decisions",
    "steer_cut_offs": "Can propose and activate cut-offs and policy rules",
    "activate_model": "Can make a model the champion",
}
MODEL_NAMES = {
    "loanapplication": "loan application",
    "modelversion": "model",
    "clientfile": "client file",
    "authtoken": "auth token",
    "entry": "journal entry",
    "watchlistentry": "watch list entry",
    "loanoutcome": "outcome of a loan",
    "strategy": "cut-off strategy",
}


def create_roles(apps, schema_editor):
    group_model = apps.get_model("auth", "Group")
    for role, wanted in ROLES.items():
        group, _ = group_model.objects.get_or_create(name=role)
        group.permissions.add(*[_permission(apps, *path.split(".")) for path in wanted])


def _permission(apps, app_label, model, codename):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    action = codename.partition("_")[0]
    name = NAMES.get(codename, f"Can {action} {MODEL_NAMES.get(model, model)}")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )
    return permission


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_roles, remove_roles)]
