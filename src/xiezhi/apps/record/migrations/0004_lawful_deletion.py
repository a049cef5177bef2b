"""A body is destroyed only together with a tombstone on the record, in one transaction; and a tombstone stands only where the body is gone.

The trigger asks for a tombstone that has no leaf yet; a tombstone that was committed before has no body to destroy any more, since the other
trigger refused to commit it with one. So the two hold each other, and neither needs to know which transaction wrote what.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION record_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM record_pending p JOIN record_entry t ON t.id = p.entry_id WHERE t.class = 'system' AND t.kind = 'entry_deleted') THEN
        RAISE EXCEPTION '% on % is refused: the record is only ever added to (执法记录只能追加，不能修改、删除)', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'A body is destroyed lawfully by `xiezhi ledger delete`, which puts basis and approver on the record.';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION record_body_has_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM record_entry e JOIN record_entry t ON t.case_id = e.case_id AND t.class = 'system' AND t.kind = 'entry_deleted' AND t.of = e.id
        JOIN record_pending p ON p.entry_id = t.id WHERE e.id = OLD.entry_id
    ) THEN
        RAISE EXCEPTION 'body of entry % is not deleted: no tombstone of this transaction names it (没有删除记载，不能删除内容)', OLD.entry_id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION record_tombstone_is_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM record_entry_body WHERE entry_id = NEW.of) THEN
        RAISE EXCEPTION 'tombstone % is refused: the body of entry % is still there (内容还在，不能写删除记载)', NEW.id, NEW.of
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS = """
DROP TRIGGER record_entry_body_no_change ON record_entry_body;
CREATE TRIGGER record_entry_body_no_change BEFORE UPDATE ON record_entry_body FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER record_entry_body_no_delete BEFORE DELETE ON record_entry_body FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_deletion();
CREATE TRIGGER record_entry_body_tombstone BEFORE DELETE ON record_entry_body FOR EACH ROW EXECUTE FUNCTION record_body_has_tombstone();
CREATE CONSTRAINT TRIGGER record_entry_tombstone AFTER INSERT ON record_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.class = 'system' AND NEW.kind = 'entry_deleted') EXECUTE FUNCTION record_tombstone_is_true();
"""
ALWAYS = [("record_entry_body", name) for name in ("no_change", "no_delete", "tombstone")] + [("record_entry", "tombstone")]

CREATE = FUNCTIONS + TRIGGERS + "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name};\n" for table, name in ALWAYS)
DROP = """
DROP TRIGGER record_entry_tombstone ON record_entry;
DROP TRIGGER record_entry_body_tombstone ON record_entry_body;
DROP TRIGGER record_entry_body_no_delete ON record_entry_body;
DROP TRIGGER record_entry_body_no_change ON record_entry_body;
CREATE TRIGGER record_entry_body_no_change BEFORE UPDATE OR DELETE ON record_entry_body FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
ALTER TABLE record_entry_body ENABLE ALWAYS TRIGGER record_entry_body_no_change;
DROP FUNCTION record_refuse_deletion(), record_body_has_tombstone(), record_tombstone_is_true();
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0003_guards_always")]

    operations = [migrations.RunSQL(CREATE, DROP)]
