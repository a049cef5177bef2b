"""Custody is only added to, as the record is (Chaoyang's rules on recording, article 11: nobody deletes or alters)."""

from django.db import migrations

CREATE = """
CREATE TRIGGER evidence_custody_no_change BEFORE UPDATE OR DELETE ON evidence_custody FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER evidence_custody_no_truncate BEFORE TRUNCATE ON evidence_custody FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
ALTER TABLE evidence_custody ENABLE ALWAYS TRIGGER evidence_custody_no_change;
ALTER TABLE evidence_custody ENABLE ALWAYS TRIGGER evidence_custody_no_truncate;
"""
DROP = """
DROP TRIGGER evidence_custody_no_change ON evidence_custody;
DROP TRIGGER evidence_custody_no_truncate ON evidence_custody;
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_tables"), ("record", "0003_guards_always")]
    operations = [migrations.RunSQL(CREATE, DROP)]
