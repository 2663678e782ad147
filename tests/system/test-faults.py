#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of the failure table that need many kills or a full disk, with real processes. Which row is
shown where: tests/README.md. Prints TAP. MNS_SEED chooses the moments of the kills.
"""
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import sys
import threading
import time

import lab
from lab import CTL, MNS, SERVER, Folder, run_tap, skip_all, wait
from world import (NO_SMALL_DISK, SmallDisk, Wire, World, read_outcome, sync_until_sent)

absent = lab.missing_programs(SERVER, CTL, MNS)
if absent:
    skip_all(f"this build has no {absent[0]}")

SEED = int(os.environ.get("MNS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
dice = random.Random(SEED)

SERVER_KILLS = 10
CLIENT_KILLS = 30
N_DEVICES = 4

w = None


def the_lab_starts():
    print(f"# MNS_SEED={SEED}")
    w.start()


# ---- S1, S2, S3: the server dies at any moment of a push ----

class Sender:
    """Pushes new projects without a pause; what got no answer is sent again."""

    def __init__(self, number):
        self.wire = Wire(w.server.url, "mira", f"sender {number}")
        self.wire.hello()
        self.prefix = f"Sender {number}"
        self.ending = False
        self.unanswered = 0
        self.thread = threading.Thread(target=self.run)

    def one_push(self):
        while len(self.wire.waiting) < 5:
            self.wire.queue("project.create", {"name": f"{self.prefix} {self.wire.n + 1:05}"})
        try:
            status, answer = self.wire.push()
        except (OSError, http.client.HTTPException):
            self.unanswered += 1
            time.sleep(0.01)  # nobody is there: as a device would, leave the machine to others
            return
        assert status in (200, 503), (status, answer)
        refused = [r for r in answer.get("results", ()) if r["res"] != "ok"]
        assert not refused, refused

    def run(self):
        while not self.ending:
            self.one_push()

    def names(self):
        return [f"{self.prefix} {n:05}" for n in range(1, self.wire.n + 1)]


def the_server_is_killed_at_random_while_four_devices_push():
    senders = [Sender(n) for n in range(N_DEVICES)]
    for sender in senders:
        sender.thread.start()
    for turn in range(SERVER_KILLS):
        decided = senders[0].wire.last_n
        wait(lambda: senders[0].wire.last_n > decided, "pushes are decided")
        time.sleep(dice.random() * 0.08)
        w.server.kill()
        if turn % 3 == 2:  # and its database with it, in the middle of a commit
            assert lab.kill_database(w.server.state, signal.SIGKILL), "there is no database"
        w.server.start()
    for sender in senders:
        sender.ending = True
    for sender in senders:
        sender.thread.join()
        wait(lambda: sender.one_push() or not sender.wire.waiting[:-5], "the rest is sent")
        while sender.wire.waiting:
            status, answer = sender.wire.push()
            assert status == 200, answer
        there = w.projects(sender.prefix)
        assert there == sender.names(), (len(there), sender.wire.n,
                                         set(there) ^ set(sender.names()))
    assert not [c for c in w.api("mira").view("conflicts")], "a command was done twice"
    print(f"# {sum(s.wire.n for s in senders)} commands, "
          f"{sum(s.unanswered for s in senders)} pushes without an answer")


# ---- C1, C2, C3, C4, P1, P2: the client dies at any moment ----

def the_client_is_killed_at_random():
    device = w.device("killed")
    began = time.monotonic()
    device.do("project.create", {"name": "Killed 00"})
    usual = time.monotonic() - began
    saved, doubtful = ["Killed 00"], []
    for n in range(1, CLIENT_KILLS + 1):
        name = f"Killed {n:02}"
        words = ("sync",) if n % 4 == 0 else ("do", "project.create@1", json.dumps({"name": name}),
                                              *(["--offline"] if n % 4 == 1 else []))
        process = device.start(*words)
        time.sleep(dice.random() * usual * 1.2)
        process.send_signal(signal.SIGKILL)
        said, _ = process.communicate()
        if words[0] == "do":
            (saved if read_outcome(said) == "ok" else doubtful).append(name)
    sync_until_sent(device)
    there = w.projects("Killed")
    assert len(there) == len(set(there)), there
    assert set(saved) <= set(there) <= set(saved + doubtful), (saved, there)
    held = sorted(p["name"] for p in device.view("projects") if p["name"].startswith("Killed"))
    assert held == there, set(held) ^ set(there)
    assert device.status()["conflicts"] == 0
    print(f"# {len(saved)} were said to be saved, {len(there) - len(saved)} were saved unsaid, "
          f"a run takes {usual * 1000:.0f} ms")


# ---- the disk of the server ----

def sample_list(prefix, n):
    return [{"name": f"{prefix}-{n:04}-{k:03}-{'x' * 100}"} for k in range(300)]


def fill_until_refused(wire, project):
    """Pushes sample lists until the database has no room; answers with the refusals."""
    refusals = []
    end = time.monotonic() + lab.PATIENCE
    while len(refusals) < 5 and time.monotonic() < end:
        if not wire.waiting:
            wire.queue("sample.import", {"project": project,
                                         "samples": sample_list("Disk", wire.n + 1)})
        try:
            status, answer = wire.push()
        except (OSError, http.client.HTTPException) as error:
            raise AssertionError(f"the server gave no answer: {error}")
        if status != 200:
            refusals.append((status, answer))
        else:
            assert all(r["res"] == "ok" for r in answer["results"]), answer
    assert refusals, "the disk was never full"
    return refusals


def the_disk_of_the_database_is_full():
    with SmallDisk(w.folder / "disk", 260, "711") as disk:
        if not disk.mounted:
            return NO_SMALL_DISK
        other = World(w.folder / "disk")
        try:
            other.start()
            wire = Wire(other.server.url, "mira", "full")
            wire.hello()
            project = other.api().do("project.create", {"name": "On a full disk"})["project"]
            disk.fill()
            refusals = fill_until_refused(wire, project)
            for status, answer in refusals:
                assert status in (503, 507) and answer["faults"][0]["message"], (status, answer)
            assert other.server.process.poll() is None, "the server ended"
            disk.empty()
            wait(lambda: wire.push()[0] == 200, "the database has room again")
            there = other.api().view("project_samples", project=project)
            assert len(there) == len({row["name"] for row in there}) == 300 * wire.n, \
                (len(there), wire.n)
            print(f"# {[status for status, _ in refusals]} after {wire.n - 1} lists: "
                  f"{refusals[0][1]['faults'][0]['message']}")
        finally:
            other.server.end()
    return None


def move_to(folder, disk):
    """The content of a folder onto a disk that is mounted over it."""
    owner = folder.stat()
    kept = w.folder / "kept"
    shutil.copytree(folder, kept)
    disk.mount()
    if disk.mounted:
        for path in kept.iterdir():
            (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / path.name)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)


def the_disk_of_the_database_s_log_is_full():
    other = World(w.folder / "log", throwaway=False)
    other.start()
    project = other.api().do("project.create", {"name": "On a full log"})["project"]
    other.server.stop()
    folder = (other.server.state / "pg").resolve() / "data/pg_wal"
    with SmallDisk(folder, 80, mount=False) as disk:
        try:
            move_to(folder, disk)
            if not disk.mounted:
                return NO_SMALL_DISK
            other.server.start()
            wire = Wire(other.server.url, "mira", "full")
            wire.hello()
            disk.fill()
            refusals = fill_until_refused(wire, project)
            for status, answer in refusals:
                assert status in (503, 507) and answer["faults"][0]["message"], (status, answer)
            assert other.server.process.poll() is None, "the server ended"
            disk.empty()
            wait(lambda: wire.push()[0] == 200, "the database has room again")
            there = other.api().view("project_samples", project=project)
            assert len(there) == len({row["name"] for row in there}) == 300 * wire.n, \
                (len(there), wire.n)
            print(f"# {[status for status, _ in refusals]} after {wire.n - 1} lists: "
                  f"{refusals[0][1]['faults'][0]['message']}")
        finally:
            other.server.end()
    return None


def import_samples(wire, count):
    project = wire.do("project.create", {"name": f"Large {count}"})["project"]
    for first in range(0, count, 2000):
        wire.do("sample.import", {"project": project, "samples": [
            {"name": f"A-rather-long-name-of-a-sample-{n:08}"}
            for n in range(first, min(first + 2000, count))]})


def the_folder_of_packs_is_full():
    with SmallDisk(w.server.state / "packs", 1) as disk:
        if not disk.mounted:
            return NO_SMALL_DISK
        import_samples(w.api(), 6000)
        wire = Wire(w.server.url, "mira", "packs")
        disk.fill()
        status, answer = wire.pull()
        assert status == 507 and answer["faults"][0]["message"], (status, answer)
        assert os.listdir(disk.path) == ["ballast"], os.listdir(disk.path)
        wire.queue("project.create", {"name": "Beside a full folder"})
        assert wire.push()[0] == 200
        disk.empty()
        device = w.device("packs")  # a first sync, by a pack
        assert any(p["name"] == "Large 6000" for p in device.view("projects"))
    return None


def the_folder_of_files_is_full():
    w.server.stop()
    with SmallDisk(w.server.state / "files", 1) as disk:
        w.server.start()
        if not disk.mounted:
            return NO_SMALL_DISK
        device = w.device("files", "ada")
        project = device.do("project.create", {"name": "With a file"})["project"]
        content = os.urandom(300000)
        address = f"/json/v1/blobs/{hashlib.sha256(content).hexdigest()}"
        path = w.folder / "gel.bin"
        path.write_bytes(content)
        disk.fill()
        answer, _ = device.run("attach", "PROJECT", project, path)
        assert device.status()["waiting"] == 0, answer  # the command goes before the file
        answer, status = device.run("sync")
        assert status != 0 and answer["faults"][0]["message"], answer
        assert w.api().get(address)[0] == 404
        device.do("project.create", {"name": "Beside full files"})
        assert w.projects("Beside full files")
        disk.empty()
        device.sync()
        assert w.api().get(address) == (200, content)
        w.server.stop()
    w.server.start()
    return None


STEPS = [the_lab_starts, the_server_is_killed_at_random_while_four_devices_push,
         the_client_is_killed_at_random, the_disk_of_the_database_is_full,
         the_disk_of_the_database_s_log_is_full, the_folder_of_packs_is_full, the_folder_of_files_is_full]


def main():
    global w
    with Folder("faults") as folder:
        w = World(folder, throwaway=False)
        try:
            return run_tap(STEPS, lambda *_: w.tell_log())
        finally:
            w.server.end()


if __name__ == "__main__":
    sys.exit(main())
