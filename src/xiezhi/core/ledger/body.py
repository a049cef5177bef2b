"""Bodies of entries: what they may hold, their one canonical text, their flat form (entry format, parts 1 to 3)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import Any

from .errors import BodyError

type_names = {bool: "true or false", int: "an integer", str: "text", float: "a floating-point number", list: "a list", dict: "an object"}

FIXED = ("class", "schema", "case", "case_seq", "prev", "kind", "at", "recorded_at", "agency", "pack", "by")
CLASSES = ("act", "attachment", "correction", "custody", "system")
SAFE_INTEGER = 2**53  # RFC 8785 section 3.2.2.3: beyond it two readers may see two numbers

_CONSTANTS = {None: "null", True: "true", False: "false"}
_KEY = re.compile(r"[a-z0-9_]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_ENTRY_HEX = re.compile(r"01[0-9a-f]{64}")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")

# On the values that a body may hold, json's own encoder writes exactly RFC 8785 (no floats; keys are ASCII, so their
# order by code point is their order by UTF-16 unit). A test holds it against an independent implementation.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def jcs(value: Any) -> bytes:
    """RFC 8785's bytes of a value that `check` accepts."""
    return _encode(value).encode()


def jcs_pair(path: str, value: Any) -> bytes:
    """RFC 8785's bytes of `[path, value]`. Every leaf of a field tree needs one: plain values go without an encoder of their own."""
    kind = type(value)
    if kind is str:
        text = encode_basestring(value)
    elif kind is int:
        text = int.__repr__(value)
    elif value is None or kind is bool:
        text = _CONSTANTS[value]
    else:
        return jcs([path, value])
    return f"[{encode_basestring(path)},{text}]".encode()


def canonical(body: dict[str, Any]) -> str:
    """The one text of a body. Raises BodyError when it has none."""
    check(body)
    return _encode(body)


def read(text: str) -> dict[str, Any]:
    """The body of a canonical text. Raises BodyError when the text is not canonical, so that one body has one text."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BodyError("", f"text that is not JSON ({error})", "canonical JSON", zh="不是 JSON 文本") from error
    if not isinstance(body, dict):
        raise BodyError("", "no object", "a JSON object", zh="应为 JSON 对象")
    if canonical(body) != text:
        raise BodyError("", "JSON in another form", "RFC 8785's form", zh="不是规范形式的 JSON")
    return body


def flatten(body: dict[str, Any]) -> list[tuple[str, Any]]:
    """Pairs of path and value: keys joined by `.`, list items by `[i]`; an empty list or object is one pair."""
    return list(_pairs("", body))


def _pairs(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _pairs(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _pairs(f"{path}[{place}]", inner)
    else:
        yield path, value


def check(body: dict[str, Any]) -> None:
    """Hold a body against the entry format, parts 1 and 2. Raises BodyError naming the field."""
    for name in FIXED:
        if name not in body:
            raise BodyError(name, "nothing", "one of the fixed fields of every entry", zh="缺少固定字段")
    _check_value("", body)
    _check_fixed(body)


def _check_fixed(body: dict[str, Any]) -> None:
    if body["class"] not in CLASSES:
        raise BodyError("class", repr(body["class"]), "one of " + ", ".join(CLASSES), zh="条目类别不对")
    for name in ("schema", "case_seq"):
        if type(body[name]) is not int or body[name] < 1:
            raise BodyError(name, repr(body[name]), "an integer from 1", zh="应为从 1 起的整数")
    for name in ("case", "kind", "agency", "pack"):
        if type(body[name]) is not str:
            raise BodyError(name, repr(body[name]), "text", zh="应为文字")
    for name in ("at", "recorded_at"):
        if type(body[name]) is not str or not _TIME.fullmatch(body[name]):
            raise BodyError(name, repr(body[name]), "a UTC time with six decimals and Z", zh="时间应为 UTC，六位小数，以 Z 结尾")
    prev = body["prev"]
    if not (prev is None if body["case_seq"] == 1 else isinstance(prev, str) and _ENTRY_HEX.fullmatch(prev)):
        raise BodyError(
            "prev", repr(prev), "the case's previous entry in hex, or null for the first", zh="应为本案上一条目的十六进制，首条为空"
        )
    if type(body["by"]) is not list or not all(type(person) is str for person in body["by"]):
        raise BodyError("by", repr(body["by"]), "a list of person ids", zh="应为人员编号列表")


def _check_value(path: str, value: Any) -> None:
    kind = type(value)
    if kind is str:
        _check_text(path, value)
    elif kind is int:
        if not -SAFE_INTEGER < value < SAFE_INTEGER:
            raise BodyError(path, str(value), "an integer below 2^53 in size; a larger one as text", zh="整数过大，请写成文字")
    elif kind is dict:
        for key, inner in value.items():
            if type(key) is not str or not _KEY.fullmatch(key):
                raise BodyError(path, f"key {key!r}", "keys of a-z, 0-9 and _", zh=f"键 {key!r} 只能用小写字母、数字和下划线")
            _check_value(f"{path}.{key}" if path else key, inner)
    elif kind is list:
        for place, inner in enumerate(value):
            _check_value(f"{path}[{place}]", inner)
    elif value is not None and kind is not bool:
        found = type_names.get(kind, kind.__name__)
        raise BodyError(path, found, "text, integer, true, false, null, list or object; decimals as text", zh="不支持的值；小数请写成文字")


def _check_text(path: str, text: str) -> None:
    if text.isascii():
        if "\x00" in text:
            raise BodyError(path, "a NUL character", "text without it", zh="含有空字符")
        return
    if not unicodedata.is_normalized("NFC", text):
        raise BodyError(path, "text that is not in NFC", "Unicode normal form C", zh="文字不是 NFC 规范形式")
    if "\x00" in text:
        raise BodyError(path, "a NUL character", "text without it", zh="含有空字符")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BodyError(path, "half of a surrogate pair", "Unicode text", zh="含有不完整的字符") from error


def decimal_text(value: Decimal | int | str) -> str:
    """The canonical text of a decimal: no exponent, no zeros after the last digit of a fraction, no plus sign.

    Raises ValueError for what is no finite decimal number. `6000.50` gives `6000.5`, `-0` gives `0`.
    """
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no decimal number") from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is no finite number")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def is_decimal_text(text: str) -> bool:
    """Whether a text is a decimal in canonical form."""
    return text != "-0" and _DECIMAL.fullmatch(text) is not None
