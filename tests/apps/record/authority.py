"""A toy authority for time: OpenSSL's `ts` behind a loopback address."""

from __future__ import annotations

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[tsa]
default_tsa = toy
[toy]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[req]
distinguished_name = dn
[dn]
"""


class Authority:
    """Its keys and certificates lie in a folder; `address` answers while it serves."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder, self.root, self.down = folder, folder / "root.pem", False
        (folder / "cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._run(
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "root.pem",
            "-days",
            "3650",
            "-subj",
            "/CN=Root",
            "-extensions",
            "ca",
            "-config",
            "cnf",
        )
        self._run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Toy TSA", "-config", "cnf")
        self._run(
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "ca.key",
            "-set_serial",
            "7",
            "-days",
            "3650",
            "-extfile",
            "cnf",
            "-extensions",
            "leaf",
            "-out",
            "tsa.pem",
        )
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.down:
                    self.send_error(503)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(outer.reply(query))

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/tsa"

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self._run(
            "ts",
            "-reply",
            "-queryfile",
            "query",
            "-signer",
            "tsa.pem",
            "-inkey",
            "tsa.key",
            "-config",
            "cnf",
            "-section",
            "toy",
            "-out",
            "reply",
        )
        return (self.folder / "reply").read_bytes()

    def accepts(self, data: Path, reply: Path) -> bool:
        """What `openssl ts -verify` says, which is no code of ours."""
        call = ["openssl", "ts", "-verify", "-data", str(data), "-in", str(reply), "-CAfile", str(self.root)]
        return subprocess.run(call, capture_output=True, check=False).returncode == 0

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, check=True)
