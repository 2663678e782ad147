# SPDX-License-Identifier: AGPL-3.0-or-later
"""One lab for all cases of a test, what its devices do, and how its processes are spoiled."""
import json
import os
import pathlib
import subprocess
import uuid

from lab import SOURCE, Api, Mns, Server, new_command_id, wait

PASSWORD = "Processes-2026!"
USERS = (("ada", "System Administrator"), ("mira", "Researcher"))


class World:
    """Each case works in projects of its own names."""

    def __init__(self, folder, **server):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.server = Server(folder / "server", **server)
        self.password_file = folder / "password"
        self.password_file.write_text(PASSWORD + "\n")

    def start(self, users=USERS):
        self.server.start()
        self.server.ctl("config", "import", SOURCE / "data/demo/demo.json")
        for user, role in users:
            self.server.ctl("user", "add", user, "--role", role, "--password-file",
                            self.password_file)

    def device(self, name, user="mira", *more):
        device = Mns(self.folder / name)
        device.login(self.server.url, user, self.password_file, *more)
        return device

    def api(self, user="ada"):
        return Api(self.server.url, user, PASSWORD)

    def projects(self, prefix):
        return sorted(p["name"] for p in self.api().view("projects")
                      if p["name"].startswith(prefix))

    def tell_log(self):
        lines = pathlib.Path(self.server.log.name).read_text(errors="replace").splitlines()
        for line in [line for line in lines if '"event":"start"' not in line][-25:]:
            print(f"# server: {line}", flush=True)


def new_projects(device, prefix, numbers):
    names = [f"{prefix} {n:02}" for n in numbers]
    for name in names:
        device.do("project.create", {"name": name}, "--offline")
    return names


def sync_until_sent(device):
    def sent():
        answer, status = device.run("sync")
        return status == 0 and answer["waiting"] == 0

    wait(sent, "everything is sent")


class Wire(Api):
    """A device that speaks the protocol itself: many commands without a process for each."""

    def __init__(self, url, user, name):
        self.client = str(uuid.UUID(new_command_id()))
        self.name = name
        self.user = user
        self.n = 0
        self.last_n = 0
        self.waiting = []
        super().__init__(url, user, PASSWORD)

    def sign_in_body(self, user, password):
        return {"user": user, "password": password,
                "device": {"client": self.client, "name": self.name, "app": "test"}}

    def hello(self):
        return self.must("/sync/v1/hello", {"client": self.client, "app": "test", "proto": 1,
                                            "schema": 1})

    def must(self, path, body):
        status, answer = self.ask(path, body)
        assert status == 200, (path, status, answer)
        return answer

    def queue(self, command, args):
        self.n += 1
        self.waiting.append({"n": self.n, "id": new_command_id(), "cmd": f"{command}@1",
                             "performed_at": 1700000000000000 + self.n, "args": args})

    def push(self, most=50):
        """The status, and what the server said; what it has decided waits no more."""
        status, answer = self.ask("/sync/v1/push", {
            "client": self.client, "proto": 1, "schema": 1, "commands": self.waiting[:most]})
        if status == 200:
            self.last_n = answer["last_n"]
            self.waiting = [c for c in self.waiting if c["n"] > self.last_n]
        return status, answer

    def pull(self, cursor=None, schema=None):
        return self.ask("/sync/v1/pull", {"client": self.client, "cursor": cursor,
                                          "schema": schema or self.hello()["schema"]["now"],
                                          "scopes_rev": 0})


class SmallDisk:
    """A file system of a few megabytes, which can be filled and emptied."""

    def __init__(self, path, megabytes, mode="700", mount=True):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.options = f"size={megabytes}m,mode={mode}"
        self.mounted = False
        if mount:
            self.mount()

    def mount(self):
        self.mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", self.options, "tmpfs", str(self.path)],
            stderr=subprocess.DEVNULL).returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.path)], check=False)

    def fill(self):
        with open(self.path / "ballast", "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 4096)
            except OSError:
                pass

    def empty(self):
        (self.path / "ballast").unlink()


NO_SMALL_DISK = "a small disk needs root and the right to mount"


def read_outcome(text):
    """What a killed program said last, or nothing."""
    try:
        return json.loads(text).get("outcome")
    except json.JSONDecodeError:
        return None
