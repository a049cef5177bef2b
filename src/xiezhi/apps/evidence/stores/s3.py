"""An S3 bucket with object lock. The bytes are spooled beside the other files first: their digest is the object's name.

A lock in compliance mode can be shortened by nobody: it is set to the term for which the recording is kept at least. A hold is the
bucket's legal hold. A bucket that was made without object lock keeps what it is given, and the disposal list alone guards it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from xiezhi.apps.evidence.stores import BLOCK
from xiezhi.apps.paperwork import queries as papers
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.core.media.digest import Digest, Hashing
from xiezhi.site import clock

_ABSENT = {"404", "NoSuchKey", "NotFound"}
_UNLOCKED = {"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"}
_LOCKED = {"AccessDenied", "ObjectLocked", "MethodNotAllowed"}


class S3Store:
    """`options`: endpoint, bucket, region; the keys come from AWS's own environment variables."""

    place = "s3"

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options
        self.bucket = options["bucket"]

    @cached_property
    def client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.options.get("endpoint") or None,
            region_name=self.options.get("region") or "us-east-1",
            config=Config(
                s3={"addressing_style": "path"}, retries={"max_attempts": 4, "mode": "standard"}, connect_timeout=10, read_timeout=60
            ),
        )

    def ensure_bucket(self) -> None:
        """Make the bucket with object lock where it is missing. A bucket without lock cannot get one afterwards."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if _code(error) not in _ABSENT:
                raise
            self.client.create_bucket(Bucket=self.bucket, ObjectLockEnabledForBucket=True)

    @cached_property
    def locks(self) -> bool:
        """Whether the bucket has object lock. Raises OSError."""
        try:
            found = self.client.get_object_lock_configuration(Bucket=self.bucket)
        except ClientError as error:
            if _code(error) in _UNLOCKED:
                return False
            raise OSError(f"the evidence bucket {self.bucket} does not answer: {error}") from error
        return bool(found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")

    def put(self, source: Any, name: str = "", *, keep_until: datetime | None = None) -> tuple[Digest, str]:
        """As Store.put: acknowledged when the server has confirmed the whole object."""
        hashing = Hashing()
        with tempfile.TemporaryFile(dir=paperwork.incoming()) as spool:
            head = b""
            for block in iter(lambda: source.read(BLOCK), b""):
                head = head or bytes(block[:16])
                hashing.update(block)
                spool.write(block)
            digest = hashing.digest()
            kind = papers.media_type(papers.shown_name(name), head)
            if self._size(digest.sha256) != digest.size:
                self._send(spool, digest, kind, keep_until)
            elif keep_until is not None:
                self.keep(digest.sha256, keep_until)
        return digest, kind

    def _send(self, spool: Any, digest: Digest, kind: str, keep_until: datetime | None) -> None:
        spool.seek(0)
        extra: dict[str, Any] = {"ContentType": kind, "Metadata": {"sha256": digest.sha256, "chunk-root": digest.root}}
        if keep_until is not None and _ahead(keep_until) and self.locks:
            extra |= {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": keep_until}
        try:
            self.client.upload_fileobj(spool, self.bucket, _key(digest.sha256), ExtraArgs=extra)
        except (ClientError, BotoCoreError) as error:
            raise OSError(f"the evidence bucket {self.bucket} did not take {digest.sha256[:16]}: {error}") from error
        if (size := self._size(digest.sha256)) != digest.size:
            raise OSError(f"the evidence bucket {self.bucket} holds {size} bytes of {digest.sha256[:16]}, {digest.size} were sent")

    def _size(self, sha256: str) -> int | None:
        try:
            return int(self.client.head_object(Bucket=self.bucket, Key=_key(sha256))["ContentLength"])
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise OSError(f"the evidence bucket {self.bucket} does not answer: {error}") from error

    def has(self, sha256: str) -> bool:
        return self._size(sha256) is not None

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        size = self._size(sha256)
        if size is None:
            raise papers.NotStoredError(sha256)
        last = size - 1 if length is None else min(size, start + length) - 1
        if start > last:
            return iter(())
        answer = self.client.get_object(Bucket=self.bucket, Key=_key(sha256), Range=f"bytes={start}-{last}")
        blocks: Iterator[bytes] = answer["Body"].iter_chunks(BLOCK)
        return blocks

    def keep(self, sha256: str, until: datetime) -> None:
        """As Store.keep."""
        if not _ahead(until) or not self.locks:
            return
        try:
            stands = self.client.head_object(Bucket=self.bucket, Key=_key(sha256)).get("ObjectLockRetainUntilDate")
            if stands is None or stands < until:
                term = {"Mode": "COMPLIANCE", "RetainUntilDate": until}
                self.client.put_object_retention(Bucket=self.bucket, Key=_key(sha256), Retention=term)
        except (ClientError, BotoCoreError) as error:
            raise OSError(f"the evidence bucket {self.bucket} did not lock {sha256[:16]}: {error}") from error

    def hold(self, sha256: str, *, on: bool) -> None:
        """As Store.hold."""
        if not self.locks:
            return
        try:
            self.client.put_object_legal_hold(Bucket=self.bucket, Key=_key(sha256), LegalHold={"Status": "ON" if on else "OFF"})
        except (ClientError, BotoCoreError) as error:
            raise OSError(f"the evidence bucket {self.bucket} did not change the hold of {sha256[:16]}: {error}") from error

    def remove(self, sha256: str) -> bool:
        """Every version goes; False while the lock of one still runs."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=_key(sha256))
        for page in pages:
            for row in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                try:
                    self.client.delete_object(Bucket=self.bucket, Key=row["Key"], VersionId=row["VersionId"])
                except ClientError as error:
                    if _code(error) in _LOCKED:
                        return False
                    raise OSError(f"the evidence bucket {self.bucket}: {error}") from error
        return True


def _ahead(until: datetime) -> bool:
    """A term that is over already cannot be set: what comes from an old card may be disposed of at once."""
    return until > clock.now() + timedelta(seconds=1)


def _key(sha256: str) -> str:
    papers.path_of(sha256)  # refuses what is no digest
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
