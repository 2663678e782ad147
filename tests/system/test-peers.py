#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A device and a server that do not trust each other, are of different age, or have parted: TLS and
the pinned key, old programs, logins that ended. Real processes on both sides. Prints TAP.
"""
import hashlib
import json
import socket
import ssl
import sys
import threading
import urllib.request

import lab
from lab import CTL, MNS, SERVER, Api, Folder, Mns, free_port, run_tap, skip_all
from meddler import Meddler
from world import PASSWORD, USERS, Wire, World, new_projects, sync_until_sent

absent = lab.missing_programs(SERVER, CTL, MNS)
if absent:
    skip_all(f"this build has no {absent[0]}")

w = None
slow = None


class TlsWorld(World):
    """Devices come by TLS; looks at the server's side go by a second door on this machine."""

    def __init__(self, folder):
        self.plain_port = free_port()
        super().__init__(folder, tls=True, more=["--listen", f"127.0.0.1:{self.plain_port}"])

    def api(self, user="ada"):
        return Api(f"http://127.0.0.1:{self.plain_port}", user, PASSWORD)

    def fingerprint(self):
        text = self.certificate().read_text()
        text = text[text.index(ssl.PEM_HEADER):text.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)]
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()

    def certificate(self):
        return self.server.state / "tls.pem"


class SlowBody(threading.Thread):
    """Speaks TLS and sends a byte a second."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.answer = b""
        self.start()

    def run(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port)) as plain, \
                context.wrap_socket(plain) as stream:
            stream.sendall(b"POST /auth/v1/login HTTP/1.1\r\nHost: x\r\n"
                           b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n")
            stream.settimeout(1)
            while True:
                try:
                    got = stream.recv(4096)
                except TimeoutError:
                    stream.sendall(b" ")
                    continue
                if not got:
                    return
                self.answer += got


def message(answer):
    return answer["faults"][0]["message"]


def the_lab_starts():
    global slow
    w.start(USERS + (("noa", "Researcher"),))
    slow = SlowBody(w.server.port)


# ---- TLS ----

def a_first_contact_shows_the_fingerprint():
    device = Mns(w.folder / "pinned")
    words = ("login", w.server.url, "--user", "mira", "--password-file", w.password_file)
    answer, status = device.run(*words)
    assert status == 1 and w.fingerprint() in message(answer), answer
    answer, status = device.run(*words, "--fingerprint", "0" * 64)
    assert status == 1 and w.fingerprint() in message(answer), answer
    device.ok(*words, "--fingerprint", w.fingerprint())
    device.sync()


def a_changed_certificate_is_refused_in_plain_words():
    device = Mns(w.folder / "pinned")
    names = new_projects(device, "Pinned", (1, 2))
    w.server.stop()
    kept = w.certificate().read_bytes()
    w.certificate().unlink()
    w.server.start()
    assert w.certificate().read_bytes() != kept
    answer, status = device.run("sync")
    assert status == 1 and "certificate" in message(answer), answer
    assert w.fingerprint() in message(answer), answer
    assert device.status()["waiting"] == 2 and w.projects("Pinned") == []
    w.server.stop()
    w.certificate().write_bytes(kept)
    w.server.start()
    sync_until_sent(device)
    assert w.projects("Pinned") == names
    print(f"# {message(answer)}")


def what_is_no_tls_and_what_is_too_old_gets_nothing():
    with socket.create_connection(("127.0.0.1", w.server.port)) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        plain.settimeout(lab.PATIENCE)
        said = b""
        try:
            while got := plain.recv(4096):
                said += got
        except ConnectionResetError:
            pass
        assert b"HTTP/1.1" not in said, said
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with socket.create_connection(("127.0.0.1", w.server.port)) as plain:
            context.wrap_socket(plain)
    except (ssl.SSLError, ConnectionResetError):
        return
    raise AssertionError("TLS 1.1 is taken")


# ---- programs of another age ----

def a_device_that_is_too_old_sends_and_is_told():
    meddler = Meddler(w.plain_port)
    device = Mns(w.folder / "old-device")
    device.login(meddler.url, "mira", w.password_file)
    meddler.on_request["/sync/v1/pull"] = lambda body: body.update(schema=0)
    names = new_projects(device, "From an old device", (1, 2))
    answer, status = device.run("sync")
    assert status == 1 and "update to see new data" in message(answer), answer
    assert w.projects("From an old device") == names
    del meddler.on_request["/sync/v1/pull"]
    device.sync()
    assert device.status()["waiting"] == 0
    meddler.close()


def a_server_that_is_too_old_is_not_asked_for_more():
    meddler = Meddler(w.plain_port)

    def forget(answer):
        answer["commands"] = [name for name in answer.get("commands", ())
                              if not name.startswith("project.update")]

    meddler.on_answer["/sync/v1/hello"] = forget
    device = Mns(w.folder / "old-server")
    device.login(meddler.url, "mira", w.password_file)
    project = device.do("project.create", {"name": "At an old server"})["project"]
    args = json.dumps({"project": project, "name": "Renamed"})
    answer, status = device.run("do", "project.update@1", args, "--offline")
    assert status == 1 and "older than this program" in message(answer), answer
    assert device.status()["waiting"] == 0
    device.do("project.create", {"name": "At an old server too"})
    meddler.on_answer.clear()  # the server is updated
    device.sync()
    device.ok("do", "project.update@1", args)
    assert w.projects("Renamed") == ["Renamed"]
    meddler.close()


def a_command_that_the_server_does_not_know_blocks_nothing():
    wire = Wire(f"http://127.0.0.1:{w.plain_port}", "mira", "newer")
    wire.hello()
    wire.queue("project.split", {"name": "x"})
    wire.queue("project.create", {"name": "Behind an unknown one"})
    status, answer = wire.push()
    assert status == 200 and [r["res"] for r in answer["results"]] == ["error", "ok"], answer
    assert answer["results"][0]["faults"][0]["code"] == "unknown_command", answer
    assert answer["results"][0]["conflict"] in \
        [c["conflict_id"] for c in w.api("mira").view("conflicts")]


# ---- logins that end ----

def a_login_is_revoked_while_commands_wait():
    url = f"http://127.0.0.1:{w.plain_port}"
    device = Mns(w.folder / "revoked")
    device.login(url, "mira", w.password_file)
    names = new_projects(device, "Revoked", (1, 2))
    tokens = [p for p in (w.folder / "revoked").rglob("token")]
    assert len(tokens) == 1, tokens
    api = w.api("mira")
    api.csrf, api.token = None, tokens[0].read_text().strip()  # it speaks as the device
    api.opener = urllib.request.build_opener()
    status, answer = api.ask("/auth/v1/logout", {})
    assert status in (200, 204), (status, answer)
    answer, status = device.run("sync")
    assert status == 1 and message(answer), answer
    assert device.status()["waiting"] == 2
    names += new_projects(device, "Revoked", (3,))
    device.login(url, "mira", w.password_file)
    sync_until_sent(device)
    assert w.projects("Revoked") == names


def a_right_is_lost_while_commands_wait():
    """F10: rights are those of today; what may not be done becomes a conflict, not a loss."""
    url = f"http://127.0.0.1:{w.plain_port}"
    device = Mns(w.folder / "denied")
    device.login(url, "noa", w.password_file)
    project = device.do("project.create", {"name": "Of noa"})["project"]
    samples = device.do("sample.import", {"project": project, "samples": [
        {"name": "N-1", "container_type": "Tube", "fields": {"Concentration": "3"}}]})["samples"]
    workflow = device.view("workflows")[0]["workflow_id"]
    device.do("workflow.assign", {"workflow": workflow, "samples": samples}, "--offline")
    device.do("project.create", {"name": "Of noa, after it"}, "--offline")
    noa = next(p for p in w.api().view("users") if p["username"] == "noa")["user_id"]
    w.api().do("user.set_roles", {"user": noa, "roles": ["Collaborator"]})
    sync_until_sent(device)
    assert [c["code"] for c in device.view("conflicts")] == ["denied"], device.view("conflicts")
    assert w.projects("Of noa") == ["Of noa", "Of noa, after it"]


def a_body_of_a_byte_a_second_is_refused_by_tls_too():
    slow.join(lab.PATIENCE)
    assert slow.answer.startswith(b"HTTP/1.1 408 "), slow.answer
    assert b"slow_body" in slow.answer, slow.answer


STEPS = [the_lab_starts, a_first_contact_shows_the_fingerprint,
         what_is_no_tls_and_what_is_too_old_gets_nothing,
         a_device_that_is_too_old_sends_and_is_told,
         a_server_that_is_too_old_is_not_asked_for_more,
         a_command_that_the_server_does_not_know_blocks_nothing,
         a_login_is_revoked_while_commands_wait, a_right_is_lost_while_commands_wait,
         a_body_of_a_byte_a_second_is_refused_by_tls_too,
         a_changed_certificate_is_refused_in_plain_words]


def main():
    global w
    with Folder("peers") as folder:
        w = TlsWorld(folder)
        try:
            return run_tap(STEPS, lambda *_: w.tell_log())
        finally:
            w.server.end()


if __name__ == "__main__":
    sys.exit(main())
