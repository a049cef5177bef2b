"""What the log has published, kept outside the database: the last checkpoint, against which a restored database is held."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings


def checkpoint_path() -> Path:
    return Path(settings.LOG_PUBLISHED) / "checkpoint"


def read_checkpoint() -> str | None:
    """The note last published; None before the first."""
    try:
        return checkpoint_path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return "\ufffd"  # damaged: it will not verify, and is named then


def read_text(name: str) -> str | None:
    """Another published file; None where it is not there."""
    try:
        return (Path(settings.LOG_PUBLISHED) / name).read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def publish_checkpoint(note: str) -> None:
    """Replace the published note at once and for good: a reader sees the old or the new, also after a power cut."""
    write_file(checkpoint_path(), note)


def write_file(path: Path, text: str | bytes, mode: int = 0o644) -> None:
    """Write a file whole: temporary name, fsync, rename, fsync of the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(passing, mode)  # noqa: PTH101 - what is published is public by nature
        os.replace(passing, path)  # noqa: PTH105
    except BaseException:
        Path(passing).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make what was renamed or linked in a folder last."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
