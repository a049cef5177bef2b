"""A natural person's name as the public sees it: the surname and 某 (法释〔2016〕19号 第九条 by analogy)."""

from __future__ import annotations

# Compound surnames in use; a name that begins with one keeps both characters.
COMPOUND = frozenset(
    """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊
    赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文
    司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正
    宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户
    公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘
    贯丘 公皙
    """.split()  # noqa: SIM905 - a list of surnames reads as one
)
_DOTS = "·•・‧．."


def masked_name(name: str, policy: str = "surname") -> str:
    """`policy`: full (as it is) | surname (surname and 某) | none (某某). An empty name stays empty.

    Names with a middle dot keep the first character; names in Latin letters keep the first letter.
    """
    plain = name.strip()
    if not plain or policy == "full":
        return plain
    if policy == "none":
        return "某某"
    if plain[0].isascii() or any(dot in plain for dot in _DOTS):
        return plain[0] + "某"
    return (plain[:2] if plain[:2] in COMPOUND and len(plain) > 2 else plain[0]) + "某"
