from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .logs import Stranger

SOURCES = Path("/usr/share/gocode")  # Debian's golang-golang-x-mod-dev


@pytest.fixture(scope="session")
def stranger(tmp_path_factory) -> Stranger:
    """The verifier, built from Debian's sources without a network."""
    go = shutil.which("go")
    if go is None or not (SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("go and golang-golang-x-mod-dev are not here: `make test` as root installs them from Debian")
    folder = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPROXY": "off", "CGO_ENABLED": "0", "GOPATH": str(SOURCES), "GOCACHE": str(folder / "cache")}
    program = folder / "verifier"
    subprocess.run([go, "build", "-o", program, "."], cwd=Path(__file__).parent / "verifier", env={**os.environ, **settings}, check=True)
    return Stranger(program)
