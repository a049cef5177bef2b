"""Changing the log's key: the new one and the old one both sign for a while, so that whoever knows either can go on; then the old one ends.

The origin stays. The change is itself an entry of the log, so that nobody changes keys unseen.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from xiezhi.core.ledger.cosign_mldsa import PostQuantumKey, PostQuantumSigner
from xiezhi.core.ledger.note import KeySigner, VerifierKey

from .key import Keyring, LogRefused, also_path, keyring, prepare_keyring, prepared, take_prepared
from .logwide import note
from .policy import known, read_policy, with_witnesses, write_policy
from .published import write_file
from .sequencer import lock_log

_COMMANDS = {
    "key_changed": "xiezhi ledger key rotate",
    "key_lost": "xiezhi ledger key rotate --lost",
    "key_retired": "xiezhi ledger key retire",
}
_NAMES = uuid.UUID("3f0a7a52-6d3c-4a4e-9d55-9a1c0f0b7c11")


def rotate(now: datetime, *, lost: bool = False) -> Keyring:
    """Make a new key. The old one signs beside it until `retire`; `lost` ends it at once, where others may have it. Raises LogRefused."""
    with transaction.atomic():
        size = _locked_size()
        kind = "key_lost" if lost else "key_changed"
        if ended := _go_on(kind, now):
            return ended[0]
        ring = _ring()
        if len(ring.signers) > 1:
            raise LogRefused(
                f"a change of keys is under way: {ring.verifier} and {ring.signers[1].verifier} both sign. End it with "
                "`xiezhi ledger key retire` first. 上一次更换密钥尚未结束，请先运行 xiezhi ledger key retire。"
            )
        old = ring.signers[0]
        new = KeySigner(old.verifier.name, secrets.token_bytes(32))
        keys, gone = _keys()
        first = replace(new.verifier, since=size + 1)
        if lost:
            keys, gone = [key for key in keys if key != old.verifier], [*gone, _ended(keys, old.verifier, size + 1)]
        _announce(kind, first, old.verifier, size + 1, now)
        changed = Keyring((new,) if lost else (new, old), ring.also)
        prepare_keyring(changed)
        write_policy(with_witnesses([first, *keys], gone))
        take_prepared()
    return changed


def retire(now: datetime) -> VerifierKey:
    """End the old key's time: what it signed stays proved, and it signs nothing more. Answers it. Raises LogRefused where only one key signs."""
    with transaction.atomic():
        size = _locked_size()
        if ended := _go_on("key_retired", now):
            return ended[1]
        ring = _ring()
        if len(ring.signers) == 1:
            raise LogRefused("only one key signs: there is none to end. 目前只有一把密钥在签名，没有可以停用的。")
        new, old = ring.signers[0], ring.signers[1]
        keys, gone = _keys()
        last = _ended(keys, old.verifier, size + 1)
        _announce("key_retired", new.verifier, old.verifier, size + 1, now)
        prepare_keyring(Keyring((new,)))
        write_policy(with_witnesses([last if key == last else key for key in keys], gone))
        take_prepared()
    return last


def _go_on(kind: str, now: datetime) -> tuple[Keyring, VerifierKey] | None:
    """End a change of this kind that was broken off after the policy had named its keys; answers those that sign, and the old one.

    None where there is none: keys that the policy does not name yet are known to nobody, and are written over. Raises LogRefused where it is
    one of another kind.
    """
    ready, policy = prepared(), read_policy()
    if ready is None or policy is None or {str(one.verifier) for one in ready.signers} != _signing(policy.logs):
        return None
    ring = keyring(may_make=False)
    if ring.signers == ready.signers:
        return None
    old = next(key for key in policy.keys if str(key) == str(ring.signers[-1].verifier))
    new = next(key for key in policy.logs if str(key) == str(ready.verifier))
    found = "key_retired" if len(ring.signers) > len(ready.signers) else "key_changed" if len(ready.signers) > 1 else "key_lost"
    if found != kind:
        raise LogRefused(
            f"another change of keys was broken off: end it first with `{_COMMANDS[found]}`. 另一次更换密钥中途中断，请先运行 {_COMMANDS[found]}。"
        )
    _announce(kind, new, old, (old.until if kind == "key_retired" else new.since) or 0, now)
    take_prepared()
    return Keyring(ready.signers, ring.also), old


def _signing(keys: Sequence[VerifierKey]) -> set[str]:
    return {str(key) for key in keys if key.until is None}


def add_second(now: datetime) -> PostQuantumKey:
    """Make an ML-DSA-44 key, which signs every checkpoint beside the Ed25519 key from now on. Raises LogRefused where there is one."""
    with transaction.atomic():
        size = _locked_size()
        ring = _ring()
        if ring.also:
            raise LogRefused("the log has an ML-DSA-44 key already. 日志已有第二密钥。")
        key = PostQuantumSigner(ring.verifier.name, secrets.token_bytes(32))
        data = {"new": str(key.verifier), "beside": str(ring.verifier), "from_size": size + 1}
        note("system", "key_added", data, id=uuid.uuid5(_NAMES, str(key.verifier)), now=now)
        write_file(Path(settings.LOG_PUBLISHED) / "key.mldsa44", f"{key.verifier}\n")
        write_file(also_path(), f"{key.secret()}\n", mode=0o400)
    return key.verifier


def _locked_size() -> int:
    """The log's size, while no sequencer signs. Waits for the round that is under way."""
    lock_log()
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM record_log_state")
        (size,) = cursor.fetchone()
    return int(size)


def _ring() -> Keyring:
    ring = keyring(may_make=False)
    known(ring)
    return ring


def _keys() -> tuple[list[VerifierKey], list[VerifierKey]]:
    policy = read_policy()
    if policy is None:
        raise LogRefused("the log has not begun. Start it with `xiezhi up`. 日志尚未启动。")
    return list(policy.logs), list(policy.lost)


def _ended(keys: list[VerifierKey], key: VerifierKey, until: int) -> VerifierKey:
    return replace(next(one for one in keys if one == key), until=until)


def _announce(kind: str, new: VerifierKey, old: VerifierKey, size: int, now: datetime) -> None:
    """The entry that tells of it: the same change gives the same entry."""
    data = {"new": str(new), "old": str(old), "from_size": size}
    note("system", kind, data, id=uuid.uuid5(_NAMES, f"{kind} {new} {old}"), now=now)
