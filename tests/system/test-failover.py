#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The primary dies and a standby is promoted: rows F1 and F2 of the failure table, with PostgreSQL's
own replication, a real server and real devices. Prints TAP.
"""
import os
import pathlib
import pwd
import signal
import subprocess
import sys

import lab
from lab import CTL, MNS, SERVER, Folder, free_port, run_tap, skip_all, wait
from world import World

absent = lab.missing_programs(SERVER, CTL, MNS)
if absent:
    skip_all(f"this build has no {absent[0]}")
BIN = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None,
          key=lambda path: int(path.parent.name))
if BIN is None:
    skip_all("there is no PostgreSQL of the distribution")

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
port = {port}
wal_level = replica
max_wal_senders = 4
max_connections = 100
hot_standby = on
synchronous_commit = on
log_min_messages = warning
{more}
"""


def as_database(*command):
    """PostgreSQL refuses to run as root."""
    words = [str(c) for c in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def run(*command):
    done = subprocess.run(as_database(*command), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, cwd="/")
    assert done.returncode == 0, (command, done.stdout)
    return done.stdout


class Cluster:
    """One PostgreSQL, its socket in its folder."""

    def __init__(self, folder, port):
        self.data = folder / "data"
        self.socket = folder
        self.port = port
        self.process = None
        self.log = folder / "log"
        folder.mkdir()
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)

    def make(self, more):
        run(BIN / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--no-sync",
            "-E", "UTF8", "--locale=C")
        self.configure(more)

    def copy(self, other):
        run(BIN / "pg_basebackup", "-h", other.socket, "-p", other.port, "-U", "postgres",
            "-D", self.data, "-R", "-X", "stream", "-c", "fast")
        self.configure("")

    def configure(self, more):
        (self.data / "postgresql.conf").write_text(
            SETTINGS.format(socket=self.socket, port=self.port, more=more))

    def start(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(as_database(BIN / "postgres", "-D", self.data),
                                            stdout=log, stderr=log, cwd="/")
        wait(lambda: subprocess.run([BIN / "pg_isready", "-q", "-h", self.socket, "-p",
                                     str(self.port)]).returncode == 0, "PostgreSQL answers")

    def sql(self, *texts, database="postgres"):
        words = [word for text in texts for word in ("-c", text)]
        return run(BIN / "psql", "-XAtq", "-h", self.socket, "-p", self.port, "-U", "postgres",
                   "-d", database, *words).strip()

    def pids(self):
        found = []
        for proc in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(proc / "cwd") == str(self.data):
                    found.append(int(proc.name))
            except OSError:
                pass
        return found

    def kill(self):
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.process is not None:
            self.process.wait()

    def promote(self):
        run(BIN / "pg_ctl", "promote", "-w", "-D", self.data)


class Pair:
    """A primary, its standby, and a lab on whichever of them takes writes."""

    def __init__(self, folder):
        folder.mkdir()
        folder.chmod(0o755)
        self.folder = folder
        self.primary = Cluster(folder / "a", free_port())
        self.standby = Cluster(folder / "b", free_port())
        self.world = None

    def start(self, synchronous):
        self.primary.make("synchronous_standby_names = '*'" if synchronous else "")
        self.primary.start()
        # until the standby is there nobody confirms anything
        self.primary.sql("SET synchronous_commit = local", "CREATE ROLE meniscus_owner LOGIN",
                         "CREATE ROLE meniscus LOGIN",
                         "CREATE DATABASE meniscus OWNER meniscus_owner")
        self.standby.copy(self.primary)
        self.standby.start()
        wait(lambda: self.primary.sql("SELECT state FROM pg_stat_replication") == "streaming",
             "the standby follows")
        self.world = World(self.folder / "lab", database=[
            "--database", self.uri("meniscus"), "--database-owner", self.uri("meniscus_owner")])
        self.world.start()

    def uri(self, user):
        hosts = f"{self.primary.socket},{self.standby.socket}"
        ports = f"{self.primary.port},{self.standby.port}"
        return f"host={hosts} port={ports} user={user} dbname=meniscus " \
               "target_session_attrs=read-write"

    def end(self):
        if self.world is not None:
            self.world.server.end()
        self.primary.kill()
        self.standby.kill()


folder = None


def work(device, prefix, numbers):
    """Each is sent and answered before the next."""
    names = [f"{prefix} {n:02}" for n in numbers]
    for name in names:
        device.do("project.create", {"name": name})
    assert device.status()["waiting"] == 0
    return names


def sync_until_settled(device):
    def settled():
        answer, status = device.run("sync")
        return status == 0 and answer["waiting"] == 0

    wait(settled, "everything is sent")
    device.sync()


def held_by(device):
    return sorted(p["name"] for p in device.view("projects") if p["name"].startswith("Failover"))


def fail_over(pair, before_it):
    """Two devices work; the primary is killed, the standby promoted; all of it is there, once."""
    devices = [pair.world.device("one", "ada"), pair.world.device("two", "mira")]
    names = []
    for n, device in enumerate(devices):
        names += work(device, f"Failover {n}", range(1, 5))
    before_it()
    for n, device in enumerate(devices):
        names += work(device, f"Failover {n}", range(5, 9))
    timeline = "SELECT timeline_id FROM pg_control_checkpoint()"
    old = pair.primary.sql(timeline)
    pair.primary.kill()
    for n, device in enumerate(devices):
        device.do("project.create", {"name": f"Failover {n} 09"}, "--offline")
        names.append(f"Failover {n} 09")
    pair.standby.promote()
    kept = int(pair.standby.sql("SELECT count(*) FROM project WHERE name LIKE 'Failover%'",
                                database="meniscus"))
    for device in devices + devices:
        sync_until_settled(device)
    assert pair.world.projects("Failover") == sorted(names), pair.world.projects("Failover")
    for device in devices:
        wait(lambda d=device: d.run("sync") and held_by(d) == sorted(names), "all are held")
        assert device.status()["conflicts"] == 0, device.view("conflicts")
    pair.standby.sql("CHECKPOINT")
    assert int(pair.standby.sql(timeline)) > int(old)
    return kept


def a_synchronous_standby_loses_nothing():
    pair = Pair(folder / "synchronous")
    try:
        pair.start(True)
        kept = fail_over(pair, lambda: None)
        assert kept == 16, f"only {kept} of 16 answered commands were there"
    finally:
        pair.end()


def what_an_asynchronous_standby_lost_comes_back_from_the_devices():
    pair = Pair(folder / "asynchronous")

    def stop_sender():
        pid = int(pair.primary.sql("SELECT pid FROM pg_stat_replication"))
        os.kill(pid, signal.SIGSTOP)

    try:
        pair.start(False)
        kept = fail_over(pair, stop_sender)
        assert kept < 16, "nothing was lost, so nothing was shown"
        print(f"# {16 - kept} of 16 answered commands were lost and came back")
    finally:
        pair.end()


def tell_logs(*_):
    for path in sorted(folder.rglob("*log")):
        if path.is_file() and path.name != "outbox.log":
            for line in path.read_text(errors="replace").splitlines()[-8:]:
                print(f"# {path.parent.name}/{path.name}: {line}", flush=True)


def main():
    global folder
    with Folder("failover") as made:
        folder = made
        return run_tap([a_synchronous_standby_loses_nothing,
                        what_an_asynchronous_standby_lost_comes_back_from_the_devices], tell_logs)


if __name__ == "__main__":
    sys.exit(main())
