# SPDX-License-Identifier: AGPL-3.0-or-later
"""From exec to a Lab View whose steps can be pressed, with 1,000,000 samples in the replica, against
an empty libadwaita window on the same display; and frames a second while the client's longest queue
scrolls, a row a frame. Runs inside tests/desktop/ui-session.sh.
"""
import json
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


def find_longest_queue(lab, state):
    """Its step's id and how many samples wait."""
    view = json.loads(lab.mns(state, "view", "lab", "--json"))
    step, queued = view["cols"].index("step_id"), view["cols"].index("queued")
    row = max(view["rows"], key=lambda row: row[queued])
    return row[step], row[queued]


def scroll(client, step):
    """Frames a second, and the longest time between two of them in milliseconds."""
    said = {}
    process = subprocess.Popen([*client, "--open", f"/queue/{step}"], env={**os.environ, "MNS_BENCH_SCROLL": "1"},
                               text=True, stderr=subprocess.PIPE)
    for text in process.stderr:
        words = text.split()
        if len(words) == 2 and words[0] in ("frames", "slowest"):
            said[words[0]] = float(words[1])
        if "frames" in said:
            break
    process.kill()
    process.wait()
    if "frames" not in said:
        raise SystemExit("the queue never scrolled")
    return said["frames"], said["slowest"]


def forget_kill(state):
    """A replica that was closed is not looked through before it is used; ours was killed."""
    mark = os.path.join(find_replica(state), "open")
    if os.path.exists(mark):
        os.unlink(mark)


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
            forget_kill(state)
        print(f"# empty window {statistics.median(floor) * 1000:.0f} ms, Lab View "
              f"{statistics.median(usable) * 1000:.0f} ms", file=sys.stderr, flush=True)
        line("gtk: exec to usable Lab View, empty window", "peer", statistics.median(usable) / statistics.median(floor),
             2, False)
        step, queued = find_longest_queue(lab, state)
        runs = []
        for _ in range(2):
            runs.append(scroll(client, step))
            forget_kill(state)
    frames, slowest = max(runs)
    print(f"# {frames:.1f} frames a second, the slowest after {slowest:.0f} ms", file=sys.stderr, flush=True)
    line(f"gtk: frames a second while a queue of {queued} scrolls, of 60", "limit", frames / 60, 0.98)


main()
