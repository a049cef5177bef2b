"""The database roles of the embedded server: an owner who migrates, and an app role that cannot change what is on the record.

On a `DATABASE_URL` the operator decides about roles; with one role the triggers alone guard, and `xiezhi doctor` says so.
"""

from __future__ import annotations

import psycopg

APP = "xiezhi_app"
# May do what the server may, and besides destroy a body together with its tombstone (apps/record/deletion.py). Nothing runs as it all day.
RETENTION = "xiezhi_retention"
# What only grows: the app role reads and adds, and has no update, delete or truncate (contracts.md 4).
APPEND_ONLY = ("record_entry", "record_entry_body", "record_leaf", "record_checkpoint", "record_refusal_log", "evidence_custody")
# What goes forward and is never taken away: the app role updates it within what the triggers let through. The queue is emptied by its
# sequencer alone, which must be able to delete; a trigger asks that each row taken has its leaf.
GROWING = ("record_tile", "record_case", "record_log_state")
GUARDS = {
    **dict.fromkeys(APPEND_ONLY, ("no_change", "no_truncate")),
    **dict.fromkeys(GROWING, ("growth", "no_delete", "no_truncate")),
    "record_pending": ("no_change", "no_truncate", "leaf"),
    "record_entry": ("no_change", "no_truncate", "tombstone"),
    "record_entry_body": ("no_change", "no_delete", "no_truncate", "tombstone"),
}
LACKS = {**dict.fromkeys(APPEND_ONLY, "UPDATE,DELETE,TRUNCATE"), **dict.fromkeys(GROWING, "DELETE,TRUNCATE"), "record_pending": "TRUNCATE"}


def grant_app_role(owner_url: str) -> None:
    """Make the app and the retention role where they are missing and give them exactly their rights on the tables of today; safe to repeat."""
    with psycopg.connect(owner_url) as connection:
        for role in (APP, RETENTION):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
            connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
            connection.execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}")
            for table in _present(connection):
                connection.execute(f"REVOKE {LACKS[table]} ON {table} FROM {role}")
        if "record_entry_body" in _present(connection):
            connection.execute(f"GRANT DELETE ON record_entry_body TO {RETENTION}")


def as_app(owner_url: str) -> str:
    """The owner's address of the embedded server, for the app role."""
    scheme, rest = owner_url.split("://", 1)
    return f"{scheme}://{APP}@{rest.split('@', 1)[1]}"


def guards(connection: psycopg.Connection) -> tuple[list[str], bool]:
    """(the tables of the record whose triggers are missing or not `ENABLE ALWAYS`, whether the connected role lacks the rights too)."""
    on = {
        (row[0], row[1])
        for row in connection.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgenabled = 'A' AND NOT t.tgisinternal"
        )
    }
    open_ = [table for table, names in GUARDS.items() if any((table, f"{table}_{name}") not in on for name in names)]
    may = [connection.execute("SELECT has_table_privilege(%s, %s)", [table, LACKS[table]]).fetchone() for table in _present(connection)]
    return open_, bool(may) and not any(row and row[0] for row in may)


def _present(connection: psycopg.Connection) -> list[str]:
    return [table for table in GUARDS if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,)]
