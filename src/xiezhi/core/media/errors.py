"""What is wrong with a recording or a profile, in both tongues."""

from __future__ import annotations


class MediaError(Exception):
    """Bad media or a bad description of it. `message_zh` is for people."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message_zh = message_zh
