"""Which fonts documents are set in.

Order (contracts 6): the site's own folder first (an agency may hold licences for 方正小标宋 and 仿宋_GB2312), then the open
fonts of the wheel, Debian's Noto Serif CJK Bold for headings, LXGW WenKai for 楷体 and as the last resort for rare characters.
The fonts of the machine are ignored otherwise, so that the same act gives the same page everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

# Debian's packages fonts-noto-cjk and fonts-lxgw-wenkai.
DEBIAN = (Path("/usr/share/fonts/truetype/lxgw-wenkai"), Path("/usr/share/fonts/opentype/noto"))

# Family names as the font files state them; the first that is present leads, the rest stand behind it.
FANGSONG = ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "FandolFang R")
TITLE = ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05")
KAI = ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体")
HEI = ("SimHei", "黑体")
BOLD = "Noto Serif CJK SC"


@dataclass(frozen=True, slots=True)
class FontSet:
    """The fonts of this installation. `roles` goes to the templates; `real` tells an administrator what is really used."""

    fonts: typst.Fonts
    roles: dict[str, Any]

    @property
    def real(self) -> dict[str, str]:
        return {role: names[0] for role, names in self.roles.items() if isinstance(names, list)}


def font_set(site: Path | None = None, debian: tuple[Path, ...] = DEBIAN) -> FontSet:
    """The fonts of `site` (may be absent), the wheel and `debian` folders that exist."""
    wheel = Path(pylopdf_fonts_zh_cn.serif_path()).parent
    folders = [path for path in (site, wheel, *debian) if path is not None and path.is_dir()]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))
    present = {(info.family, info.weight) for info in fonts.fonts()}
    families = {family for family, _weight in present}

    def choose(*names: str) -> list[str]:
        return [name for name in names if name in families]

    # The Regular of Debian's face is the same design as the wheel's: only its Bold is asked for, by weight.
    bold = bool(choose(*TITLE)) or (BOLD, 700) in present
    rare = ("LXGW WenKai",)
    roles: dict[str, Any] = {
        "body": choose(*FANGSONG, "Noto Serif SC", *rare),
        "title": choose(*TITLE, *((BOLD,) if bold else ()), "Noto Serif SC", *rare),
        "hei": choose(*HEI, "Noto Sans SC", *rare),
        "kai": choose(*KAI, "LXGW WenKai", "Noto Serif SC"),
        "song": choose("Noto Serif SC", *rare),
        # A site's 小标宋 is drawn heavy in its only weight; asking it for 700 would be a silent fallback.
        "title_weight": 400 if choose(*TITLE) or not bold else 700,
        "title_grow": 1.0 if bold else 1.08,
    }
    return FontSet(fonts, roles)
