# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of requests for bench-http, and running it."""
import json
import os
import subprocess
import uuid

from lab import BUILD, PASSWORD


class Session:
    """A browser or a device that is signed in."""

    def __init__(self, lab, user, device=None):
        self.lab = lab
        body = {"user": user, "password": PASSWORD}
        if device:
            body["device"] = {"name": device, "app": "bench"}
        status, headers, text = lab.ask("POST", "/auth/v1/login", body)
        assert status == 200, text
        answer = json.loads(text)
        self.client = answer.get("client")
        if device:
            self.headers = {"Authorization": f"Bearer {answer['token']}"}
        else:
            self.headers = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]}

    def do(self, command, args):
        body = {"cmd_id": str(uuid.uuid4()), "performed_at": 1764000000000000, "args": args}
        status, _, text = self.lab.ask("POST", f"/json/v1/do/{command}", body, self.headers)
        answer = json.loads(text)
        if status != 200:
            raise SystemExit(f"{command}: {text[:600]}")
        return answer["result"]

    def view(self, path):
        status, _, text = self.lab.ask("GET", f"/json/v1/view/{path}", headers=self.headers)
        if status != 200:
            raise SystemExit(f"{path}: {text[:600]}")
        return json.loads(text)

    def request(self, method, path, body=None):
        content = json.dumps(body, separators=(",", ":")).encode() if body is not None else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.lab.host}"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        if body is not None:
            head += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return ("\r\n".join(head) + "\r\n\r\n").encode() + content


def hammer(lab, seconds, *files, strict=True):
    """files: a list of requests for each client. Returns answers a second; all must be 200 where strict."""
    paths = []
    for i, requests in enumerate(files):
        path = os.path.join(lab.dir, f"requests-{i}")
        with open(path, "wb") as file:
            for request in requests:
                file.write(str(len(request)).encode() + b"\n" + request)
        paths.append(path)
    host, port = lab.host.split(":")
    done = subprocess.run([f"{BUILD}/tests/bench/bench-http", host, port, str(len(files)), str(seconds), *paths],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    rate, bad = done.stdout.split("\n")[0].split()
    if int(bad) and strict:
        raise SystemExit(f"{bad} answers were not 200: {done.stdout[:1500]}")
    return float(rate)
