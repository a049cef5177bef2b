"""Time stamps of the log's checkpoint by an authority for time (RFC 3161): a third party's word that the log stood so at that moment.

One a day and one after each major decision. A stamp is two files under `log/stamps/`: the checkpoint's note as it was (`300.note`) and the
authority's reply over its bytes (`300.tsr`), which `openssl ts -verify` reads too. Nothing waits for the authority.
"""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint

from . import published
from .fence import hold
from .key import LogRefused
from .models import Case
from .outbox import Written
from .policy import verifiers

log = logging.getLogger(__name__)

TIMEOUT = 15.0  # seconds for the authority
EVERY = timedelta(days=1)
MOST_BYTES = 256 * 1024
DECISIONS = frozenset({"decision_made", "no_penalty_decided", "coercive_enforcement_decided"})
# Sends a time-stamp query to an address; answers the reply's bytes. Raises OSError.
Post = Callable[[str, bytes], bytes]


class StampError(Exception):
    """No stamp, or one that does not hold; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp over the checkpoint of `size` leaves; `at` is the authority's time."""

    size: int
    at: datetime


def is_configured() -> bool:
    return bool(settings.TSA)


def is_due(now: datetime) -> bool:
    """Whether the log has grown since a stamp of a day ago or more, or a major decision waits for one."""
    note = published.read_checkpoint()
    if not is_configured() or note is None:
        return False
    last = max(sizes(), default=None)
    if last is not None and last >= _head(note).size:
        return False
    return last is None or _decision_waits(_head(note).size) or now - _made_at(last) >= EVERY


def want(entry_id: UUID) -> None:
    """Ask for a stamp of the first published checkpoint that includes this entry: the next look gets it."""
    published.write_file(_wanted(), str(entry_id))


def after(written: Iterable[Written]) -> None:
    """What the outbox tells: a decision in a major case gets a stamp of its own. Nothing is asked of the authority here."""
    if not is_configured():
        return
    for one in written:
        if one.kind in DECISIONS and _is_major(one.case_id):
            want(one.entry_id)


def _is_major(case_id: str) -> bool:
    from . import queries

    try:
        return any(ground.holds for ground in queries.marking(case_id)[1].major)
    except (Case.DoesNotExist, InputError):
        return False  # not readable now: the day's stamp will cover it


def stamp(post: Post | None = None) -> Stamp:
    """Have the published checkpoint stamped, checked and kept; the same checkpoint is stamped once. Raises StampError."""
    note = published.read_checkpoint()
    if not is_configured() or note is None:
        raise StampError("XIEZHI_TSA names no authority for time, or the log has not begun. 未设置时间戳服务，或日志尚未启动。")
    size = _head(note).size
    if size in sizes():
        return check(size)
    reply = _reply(note.encode(), post or _post)
    published.write_file(_path(size, "note"), note)
    published.write_file(_path(size, "tsr"), reply)
    if _decision_waits(size):
        _wanted().unlink(missing_ok=True)
    return check(size)


def check(size: int) -> Stamp:
    """Hold a kept stamp against the authority's certificate, and its note against the log's keys. Raises StampError."""
    try:
        note, reply = _path(size, "note").read_bytes(), _path(size, "tsr").read_bytes()
    except FileNotFoundError as error:
        raise StampError(f"{error.filename} is missing: put it back from a copy. 时间戳文件缺失。") from error
    response = _decoded(reply)
    _verify(response, note, None)
    try:
        head = Checkpoint.open(note.decode(), *verifiers())
    except (NoteError, UnicodeDecodeError) as error:
        raise StampError(f"{_path(size, 'note')}: {error}. 检查点与日志公钥不符。") from error
    if head.size != size:
        raise StampError(f"{_path(size, 'note')} is of {head.size} leaves. 检查点条数与文件名不符。")
    return Stamp(size, response.tst_info.gen_time)


def check_held(size: int, log_size: int) -> Stamp:
    """As `check`, and that the log of `log_size` leaves still holds what was stamped. Raises StampError."""
    found = check(size)
    try:
        hold(_head(_path(size, "note").read_text(encoding="utf-8")), log_size)
    except LogRefused as refusal:
        raise StampError(f"stamp of {size}: {refusal}") from refusal
    return found


def sizes() -> list[int]:
    """The sizes of all checkpoints that have a stamp."""
    folder = _path(0, "tsr").parent
    return sorted(int(file.stem) for file in folder.glob("*.tsr") if file.stem.isdigit()) if folder.is_dir() else []


def newest() -> Stamp | None:
    """The newest stamp, as it says; None where there is none that can be read."""
    for size in reversed(sizes()):
        try:
            return Stamp(size, _decoded(_path(size, "tsr").read_bytes()).tst_info.gen_time)
        except (StampError, OSError):
            continue
    return None


def file(size: int, kind: str) -> bytes | None:
    """The `note` or `tsr` of a stamp; None where there is none."""
    path = _path(size, kind)
    return path.read_bytes() if path.is_file() else None


def authority() -> bytes | None:
    """The certificates of XIEZHI_TSA_ROOT as PEM; None where none are set."""
    path = Path(settings.TSA_ROOT)
    return path.read_bytes() if settings.TSA_ROOT and path.is_file() else None


def _reply(data: bytes, post: Post) -> bytes:
    """The authority's reply, verified. Where its certificates come in an order that strict DER forbids, it is asked to leave them out."""
    trouble: StampError | None = None
    for with_certificates in (True, False):
        builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
        request = builder.cert_request(cert_request=with_certificates).build()
        try:
            reply = post(settings.TSA, request.as_bytes())
        except OSError as error:
            raise StampError(
                f"the authority {settings.TSA} does not answer: {error}. It is asked again later. 时间戳服务无应答。"
            ) from error
        try:
            _verify(_decoded(reply), data, request.nonce)
        except StampError as error:
            trouble = error
        else:
            return reply
        if not any(_is_authority(one) for one in _certificates()):
            break
    raise StampError(f"the authority's reply does not hold: {trouble}")


def _decoded(reply: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(reply)
    except ValueError as error:
        raise StampError(f"it is no time-stamp reply in DER ({error}). 时间戳应答格式不对。") from error


def _verify(response: TimeStampResponse, data: bytes, nonce: int | None) -> None:
    certificates = _certificates()
    roots = [one for one in certificates if one.issuer == one.subject]
    own = next((one for one in certificates if _is_authority(one) and one not in roots), None)
    between = [one for one in certificates if one not in roots and one is not own]
    try:
        verifier = VerifierBuilder(tsa_certificate=own, intermediates=between, roots=roots, nonce=nonce).build()
        verifier.verify_message(response, data)
    except (VerificationError, ValueError) as error:
        raise StampError(f"{error}. Is XIEZHI_TSA_ROOT the authority's? 时间戳未通过核验，请检查根证书设置。") from error


def _certificates() -> list[x509.Certificate]:
    pem = authority()
    if pem is None:
        raise StampError("XIEZHI_TSA_ROOT names no file with the authority's root certificate (PEM). 未设置时间戳服务的根证书。")
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise StampError(f"{settings.TSA_ROOT} holds no certificate in PEM ({error}). 根证书文件格式不对。") from error


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage


def _made_at(size: int) -> datetime:
    try:
        return _decoded(_path(size, "tsr").read_bytes()).tst_info.gen_time
    except (StampError, OSError):
        return datetime.min.replace(tzinfo=UTC)  # a damaged one counts for nothing


def _head(note: str) -> Checkpoint:
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")


def _path(size: int, kind: str) -> Path:
    return Path(settings.LOG_PUBLISHED) / "stamps" / f"{size}.{kind}"


def _decision_waits(size: int) -> bool:
    """Whether the entry for which a stamp is wanted stands in the log of `size` leaves."""
    from . import queries

    try:
        entry_id = UUID(_wanted().read_text())
    except (FileNotFoundError, ValueError):
        return False
    index = queries.index_of(entry_id)
    return index is not None and index < size


def _wanted() -> Path:
    return Path(settings.LOG_PUBLISHED) / "stamps" / "wanted"


def _post(address: str, query: bytes) -> bytes:
    if not address.startswith(("http://", "https://")):
        raise StampError(f"XIEZHI_TSA is {address!r}, which is no address of http or https. 时间戳服务地址不对。")
    request = urllib.request.Request(address, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310 - checked above
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
        reply: bytes = answer.read(MOST_BYTES)
        return reply
