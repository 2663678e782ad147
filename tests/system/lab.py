# SPDX-License-Identifier: AGPL-3.0-or-later
"""A laboratory of real processes for the system tests: server, mns, JSON API; and TAP."""
import http.cookiejar
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import uuid

SOURCE = pathlib.Path(os.environ.get("MNS_SOURCE") or pathlib.Path(__file__).parents[2])
BUILD = pathlib.Path(os.environ.get("MNS_BUILD") or SOURCE / "build")
SERVER = BUILD / "server/meniscus-server"
CTL = BUILD / "server/admin/meniscusctl"
MNS = BUILD / "sync/cli/mns"
DESKTOP = BUILD / "desktop/meniscus"
DEMO = SOURCE / "data/demo/demo.sh"

# The limit of any one wait: generous, because machines are loaded; reached only by a fault.
PATIENCE = int(os.environ.get("MNS_PATIENCE", "60"))


def wait(what, told=None, seconds=PATIENCE):
    """Calls what() until it answers something true, and returns that."""
    end = time.monotonic() + seconds
    pause = 0.02
    while True:
        got = what()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {told or what}")
        time.sleep(pause)
        pause = min(0.25, pause * 1.5)


def environment():
    """Warnings of our own programs are not failures of what they are asked here."""
    env = dict(os.environ)
    env.pop("G_DEBUG", None)
    return env


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def new_command_id():
    """A UUID of version 7."""
    raw = bytearray(uuid.uuid4().bytes)
    raw[0:6] = (time.time_ns() // 1000000).to_bytes(6, "big")
    raw[6] = 0x70 | (raw[6] & 0x0F)
    return str(uuid.UUID(bytes=bytes(raw)))


def run_checked(*command):
    done = subprocess.run([str(c) for c in command], env=environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} {command[1:]} ended with {done.returncode}: "
                             f"{done.stdout}{done.stderr}")
    return done.stdout


class Folder:
    """A folder of a test's own, gone at its end."""

    def __init__(self, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"mns-{name}-"))
        # a server running as root gives its database to another account, which must get there
        self.path.chmod(0o711)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Output:
    """Lines of a process, read in a thread so that a pipe is never full."""

    def __init__(self, stream):
        self.lines = []
        self.ended = False
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream):
        for line in stream:
            self.lines.append(line.rstrip("\n"))
        self.ended = True


class Server:
    """meniscus-server with its private database in a state folder."""

    def __init__(self, state, port=None, throwaway=True, tls=False, more=(),
                 database=()):
        self.state = pathlib.Path(state)
        self.port = port or free_port()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        # beyond this machine it makes a certificate of its own
        self.listen = f"{'0.0.0.0' if tls else '127.0.0.1'}:{self.port}"
        self.throwaway = throwaway
        self.more = list(more)
        self.database = list(database)  # another one than its own: options of both programs
        self.process = None
        self.log = open(self.state.parent / f"{self.state.name}.log", "a")

    def start(self):
        command = [SERVER, "--state", self.state, "--listen", self.listen, *self.more, *self.database]
        self.process = subprocess.Popen(
            [str(c) for c in command + (["--throwaway"] if self.throwaway else [])],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment())
        said = Output(self.process.stdout)
        wait(lambda: said.lines or said.ended, "the server is ready")
        if not said.lines or not said.lines[0].startswith("ready "):
            raise AssertionError(f"the server said {said.lines}; see {self.log.name}")
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not stop when it was asked to")

    def ctl(self, *words):
        return run_checked(CTL, "--state", self.state, *self.database, *words)

    def end(self):
        """Stops what is left, the database of a killed server included."""
        try:
            self.stop()
        finally:
            stop_database(self.state)
            self.log.close()


def find_pids(program, *wanted):
    """Processes of that name whose command line or environment names all of wanted."""
    found = []
    for proc in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (proc / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] and os.path.basename(words[0].decode(errors="replace")) == program and \
                all(any(w.encode() in word for word in words) for w in map(str, wanted)):
            found.append(int(proc.name))
    return found


def kill_database(state, how):
    """Answers whether there was one."""
    pids = find_pids("postgres", state)
    for pid in pids:
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            pass
    return bool(pids)


def stop_database(state):
    kill_database(state, signal.SIGQUIT)


class Api:
    """The JSON API as the web client speaks it: a session cookie and the token against forgery."""

    def __init__(self, url, user, password):
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.csrf = None
        self.token = None
        status, answer = self.ask("/auth/v1/login", self.sign_in_body(user, password))
        if status != 200:
            raise AssertionError(f"{user} could not sign in: {status} {answer}")
        self.csrf = answer.get("csrf")
        self.token = answer.get("token")

    def sign_in_body(self, user, password):
        return {"user": user, "password": password}

    def ask(self, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(
            self.url + path, headers=headers,
            data=None if body is None else json.dumps(body).encode())
        try:
            with self.opener.open(request, timeout=PATIENCE) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def get(self, path):
        """The status and the bytes."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with self.opener.open(request, timeout=PATIENCE) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def do(self, name, args, expect=None, outcome="ok"):
        body = {"cmd_id": new_command_id(), "performed_at": time.time_ns() // 1000, "args": args}
        if expect:
            body["expect"] = expect
        status, answer = self.ask(f"/json/v1/do/{name}@1", body)
        if answer.get("outcome") != outcome:
            raise AssertionError(f"{name}: {status} {answer}")
        return answer.get("result") or answer

    def view(self, name, **args):
        """All rows, page after page, each a dictionary."""
        rows, after = [], None
        while True:
            asked = dict(args, **({"after": after} if after else {}))
            status, answer = self.ask(f"/json/v1/view/{name}?{urllib.parse.urlencode(asked)}")
            if status != 200:
                raise AssertionError(f"view {name}: {status} {answer}")
            rows += [dict(zip(answer["cols"], row)) for row in answer["rows"]]
            after = answer.get("next")
            if not after:
                return rows


class Mns:
    """A device of its own: mns with a state folder."""

    def __init__(self, state):
        self.state = str(state)

    def command(self, *words):
        return [str(MNS), *map(str, words), "--state", self.state, "--json"]

    def run(self, *words):
        """What it printed, and its exit status."""
        done = subprocess.run(self.command(*words), env=environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        try:
            return json.loads(done.stdout), done.returncode
        except json.JSONDecodeError:
            raise AssertionError(f"mns {words[:2]} ended with {done.returncode} and printed "
                                 f"{done.stdout!r} {done.stderr!r}")

    def start(self, *words):
        return subprocess.Popen(self.command(*words), env=environment(), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ok(self, *words):
        answer, status = self.run(*words)
        if status != 0:
            raise AssertionError(f"mns {words[:2]} ended with {status}: {answer}")
        return answer

    def login(self, url, user, password_file, *more):
        return self.ok("login", url, "--user", user, "--password-file", password_file, *more)

    def do(self, name, args, *more, outcome="ok"):
        answer, _ = self.run("do", f"{name}@1", json.dumps(args), *more)
        if answer.get("outcome") != outcome:
            raise AssertionError(f"mns do {name}: {answer}")
        return answer.get("result") or answer

    def view(self, name, **args):
        rows, after = [], None
        while True:
            asked = dict(args, **({"after": after} if after else {}))
            answer = self.ok("view", name, json.dumps(asked))
            rows += [dict(zip(answer["cols"], row)) for row in answer["rows"]]
            after = answer.get("next")
            if not after:
                return rows

    def sync(self):
        return self.ok("sync")

    def status(self):
        return self.ok("status")


def run_tap(steps, on_failure=None):
    """Runs steps in order, each a named function; what follows a failed one is not reached."""
    print(f"1..{len(steps)}", flush=True)
    failed = None
    for number, step in enumerate(steps, 1):
        name = step.__name__.strip("_").replace("_", " ")
        if failed:
            print(f"not ok {number} {name}\n# not reached after {failed}", flush=True)
            continue
        began = time.monotonic()
        try:
            skipped = step()
        except Exception as error:  # a fault in the test itself must be told like any other
            failed = name
            print(f"not ok {number} {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
            if on_failure is not None:
                on_failure(number, error)
            continue
        took = time.monotonic() - began
        print(f"ok {number} {name}{f' # SKIP {skipped}' if skipped else ''}\n# {took:.1f} s",
              flush=True)
    return 1 if failed else 0


def missing_programs(*programs):
    return [p for p in programs if not os.access(p, os.X_OK)]


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)
