# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first sync of a device through the real server, against SQLite alone with the same rows and the
same indexes (search and Lab View included) afterwards; and the client's memory.
"""
import glob
import os
import subprocess
import sys
import time

from lab import BUILD, LARGE, Lab, line
from hammer import Session


def sync(lab, state):
    """Signs in and fetches everything in a process of its own: seconds, MiB at its peak."""
    start = time.monotonic()
    process = subprocess.Popen([f"{BUILD}/sync/cli/mns", "--state", state, "login", lab.url, "--user", "mira",
                                "--password-file", lab.password_file], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the first sync failed")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    memory = {}
    with Lab() as lab:
        Session(lab, "ada").do("project.create@1", {"name": "Bench"})
        for n in (100000, LARGE):
            lab.grow(n)
            state = os.path.join(lab.dir, f"device-{n}")
            seconds, memory[n] = sync(lab, state)
            replica = max(glob.glob(f"{state}/**/replica-*.db", recursive=True), key=os.path.getsize)
            done = subprocess.run([f"{BUILD}/tests/bench/bench-replica", "bare", replica,
                                   os.path.join(lab.dir, "bare.db")], capture_output=True, text=True, check=True)
            bare, rows = done.stdout.split()
            os.unlink(os.path.join(lab.dir, "bare.db"))
            print(f"# {n} samples, {rows} rows: {seconds:.1f} s, SQLite alone {bare} s, "
                  f"client {memory[n]:.0f} MiB, server {lab.memory_kib() // 1024} MiB", file=sys.stderr, flush=True)
            if n == LARGE:
                line(f"first sync of {n} samples, SQLite alone", "limit", seconds / float(bare), 1.6, False)
        line(f"first sync of {LARGE}: client's peak, of 150 MB", "limit", memory[LARGE] * 1.048576 / 150, 1, False)
        line(f"first sync: client's peak at {LARGE} to 100000", "limit", memory[LARGE] / memory[100000], 1.1, False)


main()
