"""Where the packs lie, and how their files are named in messages."""

from __future__ import annotations

import os
from pathlib import Path

import xiezhi


def find_packs_dir() -> Path:
    """The folder of the packs: `XIEZHI_PACKS`, else `packs/` of the checkout, else the one installed with the package."""
    named = os.environ.get("XIEZHI_PACKS")
    if named:
        return Path(named)
    package = Path(xiezhi.__file__).resolve().parent
    checkout = package.parent.parent / "packs"
    return checkout if (checkout / "vocabulary.yaml").is_file() else package / "packs"


def base_of(id_or_path: str) -> Path:
    """The folder that a pack lies in, whether it is named by id or by the path of its own folder."""
    return Path(id_or_path).resolve().parent if "/" in id_or_path or "\\" in id_or_path else find_packs_dir()


def shown_name(path: Path, packs_dir: Path) -> str:
    """A pack file's name in messages and hashes: from the packs folder on, the same on every machine."""
    try:
        return str(Path(packs_dir.name) / path.relative_to(packs_dir))
    except ValueError:
        return str(path)
