"""docs/permissions.md, made from the matrix. A test holds the page and the matrix equal."""

from __future__ import annotations

from xiezhi.apps.accounts.permissions import actions
from xiezhi.apps.accounts.roles import Role

HEAD = """# Permissions

Made from `src/xiezhi/apps/accounts/permissions.yaml`; change that file, then run `python -m xiezhi.apps.accounts.page`.
**A** = for the account's own agency, **D** = for every agency of the district. Whether the law permits an act now is the
engine's answer; this table says who may try.
"""


def table() -> str:
    """The page in Markdown."""
    lines = [HEAD, "| action | 说明 | " + " | ".join(f"{role.value} {role.label}" for role in Role) + " |"]
    lines.append("|---|---|" + "---|" * len(Role))
    for action in actions().values():
        cells = [{"agency": "A", "district": "D"}.get(action.roles.get(role.value, ""), "") for role in Role]
        lines.append(f"| `{action.id}` | {action.zh} | " + " | ".join(cells) + " |")
    lines += ["", "## Acts", "", "| action | acts of the vocabulary |", "|---|---|"]
    lines += [f"| `{action.id}` | {', '.join(f'`{act}`' for act in action.acts)} |" for action in actions().values() if action.acts]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys
    from pathlib import Path

    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/permissions.md").write_text(table(), encoding="utf-8")
