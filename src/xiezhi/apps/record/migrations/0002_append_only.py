"""The database itself refuses to change or remove what is on the record (contracts.md 4). Plain SQL, PostgreSQL 15 and later."""

from django.db import migrations

APPEND_ONLY = ("record_entry", "record_entry_body", "record_leaf", "record_checkpoint", "record_refusal_log")

FUNCTIONS = """
CREATE FUNCTION record_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the record is only ever added to (执法记录只能追加，不能修改、删除)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Enter a correction (更正) that points at the entry; the original stays readable.';
END $$;

CREATE FUNCTION record_tile_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.level <> OLD.level OR NEW.idx <> OLD.idx OR length(NEW.data) > 8192
       OR substring(NEW.data FROM 1 FOR length(OLD.data)) <> OLD.data THEN
        RAISE EXCEPTION 'tile %/% is refused: a tile of the log only grows (日志分块只能追加)', OLD.level, OLD.idx
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION record_case_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.next_seq < OLD.next_seq THEN
        RAISE EXCEPTION 'case % is refused: its numbering only goes on (案件编号只能向前)', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""


def _guard(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
"""


def _keep(table: str, growth: str) -> str:
    return f"""
CREATE TRIGGER {table}_growth BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {growth}();
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
"""


def _drop(table: str, names: tuple[str, ...]) -> str:
    return "".join(f"DROP TRIGGER {table}_{name} ON {table};\n" for name in names)


CREATE = (
    FUNCTIONS
    + "".join(_guard(table) for table in APPEND_ONLY)
    + _keep("record_tile", "record_tile_only_grows")
    + _keep("record_case", "record_case_goes_on")
    + "INSERT INTO record_log_state (id, origin, size) VALUES (1, '', 0);\n"
)
DROP = (
    "".join(_drop(table, ("no_change", "no_truncate")) for table in APPEND_ONLY)
    + "".join(_drop(table, ("growth", "no_delete", "no_truncate")) for table in ("record_tile", "record_case"))
    + "DROP FUNCTION record_refuse_change(), record_tile_only_grows(), record_case_goes_on();\nDELETE FROM record_log_state;\n"
)


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
