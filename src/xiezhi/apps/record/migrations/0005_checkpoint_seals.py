"""Each signed head names the one before it, and its row is sealed: a row taken out, or another time, is seen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0004_lawful_deletion")]

    operations = [
        migrations.AddField("checkpoint", "after", models.BigIntegerField(null=True)),
        migrations.AddField("checkpoint", "seal", models.BinaryField(null=True)),
    ]
