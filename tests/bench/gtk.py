# SPDX-License-Identifier: AGPL-3.0-or-later
"""From exec to a Lab View whose steps can be pressed, with 1,000,000 samples in the replica, against
an empty libadwaita window on the same display; and frames a second while the list of a queue scrolls.
Runs inside tests/desktop/ui-session.sh.
"""
import os
import statistics
import subprocess
import sys
import time

from hammer import Session
from lab import BUILD, LARGE, Lab, line

SAMPLES = LARGE
ROUNDS = 5


def until_ready(command, stream):
    start = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, "MNS_BENCH_READY": "1"}, text=True,
                               stdout=subprocess.PIPE if stream == "stdout" else subprocess.DEVNULL,
                               stderr=subprocess.PIPE if stream == "stderr" else subprocess.DEVNULL)
    said = []
    for text in getattr(process, stream):
        said.append(text)
        if text.strip() == "ready":
            break
    seconds = time.monotonic() - start
    process.kill()
    process.wait()
    if not said or said[-1].strip() != "ready":
        raise SystemExit(f"{command[0]} never was ready: {said}")
    return seconds


def find_replica(state):
    return next(folder for folder, _, files in os.walk(state) if "current" in files)


def main():
    window = f"{BUILD}/tests/bench/bench-window"
    with Lab() as lab:
        Session(lab, "ada").do("project.create@1", {"name": "Bench"})
        state = os.path.join(lab.dir, "client")
        sign_in = ["--user", "mira", "--password-file", lab.password_file]
        lab.mns(state, "login", lab.url, *sign_in)
        subprocess.run([f"{BUILD}/tests/bench/bench-replica", "grow", find_replica(state), str(SAMPLES)], check=True)
        client = [f"{BUILD}/desktop/meniscus", "--server", lab.url, *sign_in, "--state", state]
        floor, usable = [], []
        for _ in range(ROUNDS):
            floor.append(until_ready([window], "stdout"))
            usable.append(until_ready(client, "stderr"))
            # it was killed; a replica that was closed is not looked through before it is used
            mark = os.path.join(find_replica(state), "open")
            if os.path.exists(mark):
                os.unlink(mark)
        print(f"# empty window {statistics.median(floor) * 1000:.0f} ms, Lab View "
              f"{statistics.median(usable) * 1000:.0f} ms", file=sys.stderr, flush=True)
        line("gtk: exec to usable Lab View, empty window", "peer", statistics.median(usable) / statistics.median(floor),
             2, False)
    frames = max(float(subprocess.run([window, "scroll"], capture_output=True, text=True, check=True).stdout)
                 for _ in range(2))
    print(f"# {frames:.1f} frames a second", file=sys.stderr, flush=True)
    line("gtk: frames a second while the queue scrolls, of 60", "limit", frames / 60, 0.98)


main()
