from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0004_upload_act")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="ended_at",
            field=models.DateTimeField(null=True, verbose_name="拍摄结束时间"),
        ),
    ]
