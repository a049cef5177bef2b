"""The guards hold in every session, also one that has set `session_replication_role`; the log's state and its queue are guarded too.

A superuser or the tables' owner can still drop a trigger: docs/operating.md says what remains then.
"""

from django.db import migrations

APPEND_ONLY = ("record_entry", "record_entry_body", "record_leaf", "record_checkpoint", "record_refusal_log")
GROWING = ("record_tile", "record_case", "record_log_state")

FUNCTIONS = """
CREATE FUNCTION record_log_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.size < OLD.size OR (OLD.origin <> '' AND NEW.origin <> OLD.origin) THEN
        RAISE EXCEPTION 'size % of log % is refused after size % of %: a log only goes on (日志只能向前)', NEW.size, NEW.origin, OLD.size, OLD.origin
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION record_pending_has_leaf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM record_entry WHERE id = OLD.entry_id) AND NOT EXISTS (SELECT FROM record_leaf WHERE entry_id = OLD.entry_id) THEN
        RAISE EXCEPTION 'entry % has no leaf and stays in the queue (未编号的条目不能移出队列)', OLD.entry_id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
"""

# The leaf is written after the queue's row is taken, in the same transaction: so it is asked for at the end of it.
TRIGGERS = """
CREATE TRIGGER record_log_state_growth BEFORE UPDATE ON record_log_state FOR EACH ROW EXECUTE FUNCTION record_log_goes_on();
CREATE TRIGGER record_log_state_no_delete BEFORE DELETE ON record_log_state FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER record_log_state_no_truncate BEFORE TRUNCATE ON record_log_state FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER record_pending_no_change BEFORE UPDATE ON record_pending FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER record_pending_no_truncate BEFORE TRUNCATE ON record_pending FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE CONSTRAINT TRIGGER record_pending_leaf AFTER DELETE ON record_pending DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION record_pending_has_leaf();
"""

NAMES = [
    *((table, name) for table in APPEND_ONLY for name in ("no_change", "no_truncate")),
    *((table, name) for table in GROWING for name in ("growth", "no_delete", "no_truncate")),
    *(("record_pending", name) for name in ("no_change", "no_truncate", "leaf")),
]
OWN = [(table, name) for table, name in NAMES if table in ("record_log_state", "record_pending")]

CREATE = FUNCTIONS + TRIGGERS + "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name};\n" for table, name in NAMES)
DROP = (
    "".join(f"DROP TRIGGER {table}_{name} ON {table};\n" for table, name in OWN)
    + "".join(f"ALTER TABLE {table} ENABLE TRIGGER {table}_{name};\n" for table, name in NAMES if (table, name) not in OWN)
    + "DROP FUNCTION record_log_goes_on(), record_pending_has_leaf();\n"
)


class Migration(migrations.Migration):
    dependencies = [("record", "0002_append_only")]

    operations = [migrations.RunSQL(CREATE, DROP)]
