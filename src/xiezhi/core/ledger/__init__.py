"""The public log's format: bodies, field trees, entries, tiles, checkpoints and proofs.

Plain Python over `hashlib` and Ed25519, so that a stranger can check a record with this package alone.
The entry format (suite 0x01) can never change; `tests/core/ledger/vectors/` holds its known answers.
"""
