"""A real product and a real browser: `xiezhi up` in a folder of its own, Chromium from the system, axe on each page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "artefacts"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a product that runs with its demo district (`XIEZHI_E2E_SITE`: of one that runs already)."""
    if running := os.environ.get("XIEZHI_E2E_SITE"):
        yield running
        return
    with tempfile.TemporaryDirectory(prefix="xz-e2e-") as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "XIEZHI_DEMO")}
        environment |= {"XIEZHI_HOME": home, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "xiezhi.site.settings"}
        log = Path(home) / "up.log"
        with log.open("w") as out:
            up = subprocess.Popen(
                [sys.executable, "-m", "xiezhi.cli", "up"], env=environment, stdout=out, stderr=out, start_new_session=True
            )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, up, log)
            yield address
        finally:
            os.killpg(up.pid, signal.SIGTERM)
            up.wait(30)


def _wait(address: str, up: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if up.poll() is not None:
            pytest.fail(f"`xiezhi up` ended with {up.returncode}:\n{log.read_text()}")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"`xiezhi up` did not answer within three minutes:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed; `make browser` installs it")
        pytest.skip("chromium is not installed; `make browser` installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield found
        found.close()
