"""The income is that of a month, like the instalment it is compared with."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_roles")]

    operations = [
        migrations.RemoveConstraint("loanapplication", "application_submitted_is_complete"),
        migrations.RemoveConstraint("loanapplication", "application_income_is_positive"),
        migrations.RenameField("loanapplication", "annual_income", "monthly_income"),
    ]
