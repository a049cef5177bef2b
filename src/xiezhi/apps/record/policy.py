"""The log's trust policy: which keys have signed for it and for which sizes, who witnesses it. Published beside the checkpoint.

The file is the memory of past keys: what they signed in their time stays provable.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import VerifierKey
from xiezhi.core.ledger.policy import Group, Policy, Witness, parse

from .key import Keyring, LogRefused, prepared_path, verifier
from .published import write_file

log = logging.getLogger(__name__)

GROUP = "witnesses"


def policy_path() -> Path:
    return Path(settings.LOG_PUBLISHED) / "policy"


def read_policy() -> Policy | None:
    """The published policy; where there is none, one of the published key alone; None before the log began. Raises LogRefused."""
    stored = _stored()
    if stored is not None:
        return stored
    key = verifier()
    return Policy((key,)) if key else None


def verifiers() -> tuple[VerifierKey, ...]:
    """Every key that ever signed for this log, each with the sizes of its time; none before the log began. Raises LogRefused."""
    policy = read_policy()
    return policy.keys if policy else ()


def known(ring: Keyring) -> tuple[VerifierKey, ...]:
    """The keys to hold the published checkpoint against before signing with these. Raises LogRefused for a key that the log does not know."""
    stored = _stored()
    if stored is None:  # not written yet: that the published checkpoint is signed by one of these is asked next
        return tuple(one.verifier for one in ring.signers)
    for one in ring.signers:
        if not any(one.verifier == key and key.until is None for key in stored.logs):
            if prepared_path().exists():
                raise LogRefused(
                    f"a change of the log's key was broken off: run it again (`xiezhi ledger key rotate --lost` or `key retire`), it goes on from "
                    f"there; {prepared_path()} holds the new key. 更换密钥中途中断，请再次运行同一命令，会从中断处继续。"
                )
            raise LogRefused(
                f"the key {one.verifier} is none that signs for this log now: {policy_path()} does not name it. Put back the key that belongs "
                "to the log; to change it, run `xiezhi ledger key rotate`. 签名密钥不是本日志现用的密钥，请恢复原密钥；更换密钥请运行 xiezhi ledger key rotate。"
            )
    return stored.keys


def publish_policy(ring: Keyring) -> None:
    """Write the policy anew where keys or witnesses have changed; the times of keys are kept. Raises LogRefused for a damaged one.

    Called while the log is locked, so that no change of keys comes between. Wrong settings about witnesses hold the log up no more than
    witnesses do: they are told, and the policy names none.
    """
    stored = _stored()
    keys, lost = (stored.logs, stored.lost) if stored else (tuple(one.verifier for one in ring.signers), ())
    try:
        policy = with_witnesses(keys, lost)
    except LogRefused as refusal:
        log.error("the log goes on without witnesses: %s", refusal)  # noqa: TRY400 - the message is the whole story
        policy = Policy(keys, lost=lost)
    write_policy(policy)


def write_policy(policy: Policy) -> None:
    """Publish a policy. Where witnesses are reached stays untold: it is nobody's business, and often an address inside."""
    text = replace(policy, witnesses=tuple(replace(one, url="") for one in policy.witnesses)).text()
    path = policy_path()
    if not path.is_file() or path.read_bytes() != text.encode():
        write_file(path, text)


def with_witnesses(keys: Sequence[VerifierKey], lost: Sequence[VerifierKey] = ()) -> Policy:
    """The policy of these keys and of the witnesses in the settings. Raises LogRefused for settings that are none."""
    address = f"{settings.PUBLIC_URL.rstrip('/')}/log/" if getattr(settings, "PUBLIC_URL", "") else ""
    urls = {str(key): address for key in keys if key.until is None and address}
    witnesses = configured()
    if not witnesses or not settings.WITNESS_QUORUM:
        return Policy(tuple(keys), witnesses, urls=urls, lost=tuple(lost))
    if len(witnesses) < settings.WITNESS_QUORUM:
        raise LogRefused(
            f"XIEZHI_WITNESS_QUORUM is {settings.WITNESS_QUORUM}, but XIEZHI_WITNESSES names {len(witnesses)}. 见证人不足法定数。"
        )
    group = Group(GROUP, settings.WITNESS_QUORUM, tuple(one.name for one in witnesses))
    return Policy(tuple(keys), witnesses, (group,), GROUP, urls, tuple(lost))


def configured() -> tuple[Witness, ...]:
    """The witnesses of the setting XIEZHI_WITNESSES: `name key url`, separated by semicolons. Raises LogRefused."""
    lines = "".join(f"witness {' '.join(one.split())}\n" for one in settings.WITNESSES.split(";") if one.strip())
    try:
        return parse(f"{lines}quorum none\n").witnesses
    except NoteError as error:
        raise LogRefused(f"XIEZHI_WITNESSES: {error}. Write `name key url; name key url`. 见证人设置有误。") from error


def _stored() -> Policy | None:
    path = policy_path()
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (NoteError, UnicodeDecodeError) as error:
        raise LogRefused(
            f"the published policy {path} is damaged ({error}). Put it back from a copy. 已公布的信任策略文件损坏，请从副本恢复。"
        ) from error
