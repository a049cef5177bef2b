"""`xiezhi witness ...`: what a supervising bureau runs to cosign the logs of its districts (C2SP tlog-witness). It needs no database."""

from __future__ import annotations

import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click

from xiezhi.cli.witness_home import Witness, WitnessError

TEXT = "text/plain; charset=utf-8"
PATIENCE = 20.0  # seconds for a request to come in

_home = click.option("--home", required=True, type=click.Path(file_okay=False, path_type=Path), help="The witness's folder.")


@click.group()
def command() -> None:
    """Witness logs: cosign checkpoints that only ever grow from what was seen before."""


@command.command()
@_home
@click.option("--name", required=True, help="Such as sfj.example.cn/witness: no spaces, no plus sign.")
def init(home: Path, name: str) -> None:
    """Make a witness's key, and print the public one: the log's operator needs it, and everybody who is to trust it."""
    click.echo(_told(lambda: Witness.make(home, name)).key.verifier)


@command.command("add-log")
@_home
@click.argument("key")
def add_log(home: Path, key: str) -> None:
    """Know a log by its verifier KEY (the first line of `xiezhi ledger key show`, got by another way than from its site)."""
    parsed = _key(key)
    new = _told(lambda: Witness(home).add_log(parsed))
    click.echo(f"{'knows' if new else 'knew already'} {parsed.name} (fingerprint {parsed.fingerprint})")


@command.command("remove-log")
@_home
@click.argument("key")
def remove_log(home: Path, key: str) -> None:
    """Forget a verifier KEY that a log has ended, or lost: what it alone signs is cosigned no more. What was seen of the log is kept."""
    parsed = _key(key)
    if not _told(lambda: Witness(home).remove_log(parsed)):
        _stop(f"no key of {parsed.name} with the fingerprint {parsed.fingerprint} is known here; see `xiezhi witness show`.")
    click.echo(f"forgot a key of {parsed.name} (fingerprint {parsed.fingerprint})")


@command.command()
@_home
def show(home: Path) -> None:
    """Print the witness's public key, and of each log what was cosigned last."""
    click.echo(_told(lambda: _about(Witness(home))), nl=False)


@command.command()
@_home
@click.option("--bind", default="127.0.0.1", show_default=True)
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535))
def serve(home: Path, bind: str, port: int) -> None:
    """Answer POST /add-checkpoint until TERM or INT. Logs need no account: only what a known log has signed is cosigned."""
    witness = _told(lambda: Witness(home))
    _told(witness.logs)
    try:
        server = make_server(witness, bind, port)
    except OSError as error:
        _stop(f"{bind}:{port}: {error.strerror or error}. Give another --port.")
        return
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(f"{witness.key.verifier.name} witnesses at http://{bind}:{server.server_port}/")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.2)
    server.server_close()


def make_server(witness: Witness, bind: str, port: int) -> ThreadingHTTPServer:
    """The witness's HTTP server, not yet serving; `port` 0 takes a free one."""
    handler = type("Handler", (_Handler,), {"witness": witness})
    server = ThreadingHTTPServer((bind, port), handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    """The two addresses of a witness. Connections are kept."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "xiezhi-witness", ""
    timeout = PATIENCE
    witness: Witness

    def do_POST(self) -> None:
        from xiezhi.core.ledger.cosign_request import MOST_BYTES, SIZE_TYPE

        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True  # its body is not read
            self._answer(413 if length.isdigit() else 411, f"a request has a Content-Length of at most {MOST_BYTES}\n")
            return
        body = self.rfile.read(int(length))
        if not self.path.endswith("/add-checkpoint"):  # whatever prefix a proxy in front keeps
            self._answer(404, "POST /add-checkpoint\n")
            return
        try:
            answer = self.witness.add_checkpoint(body)
        except (WitnessError, OSError) as error:
            self.log_error("%s", error)
            self._answer(503, "the witness cannot write down what it sees; nothing is cosigned\n")
            return
        self.log_message("%s %s", answer.status, answer.body.strip()[:200])
        self._answer(answer.status, answer.body, SIZE_TYPE if answer.size is not None else TEXT)

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(200, _about(self.witness))
        else:
            self._answer(404, "GET /, POST /add-checkpoint\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, text: str, kind: str = TEXT) -> None:
        data = text.encode()
        self.send_response(status, HTTPStatus(status).phrase)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_request(self, *_: Any) -> None:
        """Only what was judged is logged."""


def _about(witness: Witness) -> str:
    lines = [str(witness.key.verifier)]
    for name in sorted({key.name for key in witness.logs()}):
        seen = witness.seen(name)
        lines.append(f"{name} {seen.size if seen else 0}")
    return "\n".join(lines) + "\n"


def _key(text: str) -> Any:
    from xiezhi.core.ledger.errors import NoteError
    from xiezhi.core.ledger.note import VerifierKey

    try:
        return VerifierKey.parse(text)
    except NoteError as error:
        return _stop(str(error))


def _told(act: Any) -> Any:
    """Do it; what hinders is told in one line, exit status 2."""
    try:
        return act()
    except (WitnessError, OSError) as error:
        _stop(str(error))


def _stop(message: str) -> None:
    click.echo(f"xiezhi witness: {message}", err=True)
    sys.exit(2)
