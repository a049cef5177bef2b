"""What the desk refuses before the record is asked."""

from __future__ import annotations


class DisclosureError(Exception):
    """Something that the desk may not do as it stands. `message_zh` says what is wrong, where, and what to do."""

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


class LeakError(DisclosureError):
    """What was taken out still stands in what would be published. `strings` are for the desk's own page only."""

    def __init__(self, strings: list[str], where: str = "公示文本") -> None:
        todo = "请改稿后再送核发，这一稿不会发布。" if where == "公示文本" else "这些文字会公开，请改写后再提交，现在没有记录。"
        super().__init__(f"发布前复查没有通过：应当隐去的 {len(strings)} 处内容还在{where}里（{'、'.join(strings)}）。{todo}")
        self.strings = strings
