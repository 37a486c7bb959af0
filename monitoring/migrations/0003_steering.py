"""An index that holds what simulations read, so that they leave the large fields where they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_outcomes")]

    operations = [
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(
                fields=["id", "pd", "completeness", "client_id"], name="prediction_simulated"
            ),
        ),
    ]
