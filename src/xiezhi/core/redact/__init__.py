"""What must not become public, found and taken out; and the check that it is really gone.

Known values (the party's own name, number, address) are taken out wherever they stand; patterns with a checksum or a fixed form are
found besides. A person confirms the result: this proposes, it does not conclude.
Sources: 法释〔2016〕19号 by analogy, 个人信息保护法 28, 国办发〔2018〕118号 (二).
"""

from __future__ import annotations

from xiezhi.core.redact.cut import Piece, cut
from xiezhi.core.redact.names import masked_name
from xiezhi.core.redact.recheck import leaks
from xiezhi.core.redact.recognise import KINDS, Span, recognise

__all__ = ["KINDS", "Piece", "Span", "cut", "leaks", "masked_name", "recognise"]
