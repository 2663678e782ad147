#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What real processes survive: each row of the failure table that a kill, a clock, a copied folder,
a backup or a full disk can show. No display; devices are mns, looks are the JSON API. Prints TAP.
"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import lab
from lab import BUILD, CTL, MNS, SERVER, Folder, Mns, run_tap, skip_all, wait
from world import NO_SMALL_DISK, SmallDisk, World, new_projects, sync_until_sent

absent = lab.missing_programs(SERVER, CTL, MNS)
if absent:
    skip_all(f"this build has no {absent[0]}")

DAY_US = 86400 * 1000000
WRONG_CLOCK = BUILD / "tests/system/libwrong-clock.so"
ROWS = "ABCDEFGH"


w = None


# ---- the main job without a window ----

def well(n):
    return f"{ROWS[n % 8]}:{n // 8 + 1}"


def work_step(device, step, *more):
    """A step from Begin Work to its end, as a screen would do it."""

    def do(name, args):
        return device.do(name, args, *more)

    config = next(row for row in device.view("lab") if row["step"] == step)
    waiting = device.view("queue", step=config["step_id"])
    begun = do("step.begin", {"step": config["step_id"], "inputs": [
        {"artifact": row["artifact_id"]} for row in waiting]})
    run = begun["run"]
    by_name = {row["output"]: row["output_id"] for row in device.view("run_pairs", run=run)}
    names = sorted(by_name)
    container = begun["containers"][0]
    do("step.place", {"run": run, "places": [
        {"artifact": by_name[name], "container": container, "well": well(n)}
        for n, name in enumerate(names)]})
    do("step.advance", {"run": run, "to": "RECORD_DETAILS"})
    do("step.record", {"run": run, "cells": [
        {"artifact": by_name[name], "field": "Concentration", "value": f"{n + 1}"}
        for n, name in enumerate(names)]})
    do("step.advance", {"run": run, "to": "ASSIGN_NEXT_STEPS"})
    choice = next(row for row in device.view("run_choices", run=run) if row["is_default"])
    do("step.assign", {"run": run, "actions": [
        dict({"artifact": row["artifact_id"], "action": choice["action"]},
             **({"step": choice["step_id"]} if choice["step_id"] else {}))
        for row in device.view("run_actions", run=run)]})
    do("step.finish", {"run": run})
    return run


def same_rows(device, view, **args):
    """The rows that the device sees are the server's, column by column."""
    mine, theirs = device.view(view, **args), w.api().view(view, **args)
    skipped = ("lease_device", "mine", "changed_at")
    for rows in (mine, theirs):
        for row in rows:
            for name in skipped:
                row.pop(name, None)
    assert mine == theirs, (view, [(a, b) for a, b in zip(mine, theirs) if a != b][:2],
                            len(mine), len(theirs))
    return mine


def the_lab_starts():
    w.start()


def a_workflow_of_three_steps_online_and_offline():
    device = w.device("bench")
    project = device.do("project.create", {"name": "Bench"})["project"]
    samples = device.do("sample.import", {"project": project, "samples": [
        {"name": f"S-{n + 1:03}", "container_type": "96 well plate", "container": "Plate B",
         "well": well(n), "fields": {"Concentration": str(n + 1)}} for n in range(96)]})["samples"]
    workflow = next(row for row in device.view("workflows")
                    if row["name"] == "Library preparation")["workflow_id"]
    device.do("workflow.assign", {"workflow": workflow, "samples": samples})
    work_step(device, "Fragment DNA")
    run = work_step(device, "End repair", "--offline")
    w.server.kill()
    answer, status = device.run("sync")
    assert status != 0 and device.status()["waiting"] == 7, answer
    last = work_step(device, "Adapter ligation", "--offline")
    w.server.start()
    sync_until_sent(device)
    assert device.status()["conflicts"] == 0, device.view("conflicts")
    counts = {row["step"]: (row["queued"], row["in_progress"]) for row in same_rows(device, "lab")}
    assert counts["Fragment DNA"] == counts["End repair"] == counts["Adapter ligation"] == (0, 0)
    for one in (run, last):
        assert len(same_rows(device, "run_pairs", run=one)) == 96
        assert len(same_rows(device, "run_placements", run=one)) == 96
    assert len(same_rows(device, "project_samples", project=project)) == 96


# ---- kills ----

def the_server_is_killed_while_a_device_sends():
    device = w.device("kill-server")
    names = []
    for turn, pause in enumerate((0.0, 0.03, 0.08, 0.15)):
        names += new_projects(device, "Sent", range(turn * 5, turn * 5 + 5))
        sending = device.start("sync")
        time.sleep(pause)
        w.server.kill()
        sending.communicate(timeout=lab.PATIENCE)
        w.server.start()
    sync_until_sent(device)
    assert w.projects("Sent") == names, w.projects("Sent")
    assert device.status()["conflicts"] == 0


def the_client_is_killed_at_any_moment():
    device = w.device("kill-client")
    saved, doubtful = [], []
    for n in range(16):
        name = f"Killed {n:02}"
        process = device.start("do", "project.create@1", json.dumps({"name": name}),
                               *(["--offline"] if n % 2 else []))
        time.sleep(n * 0.006)
        process.send_signal(signal.SIGKILL)
        said, _ = process.communicate()
        (saved if '"ok"' in said else doubtful).append(name)
    sending = device.start("sync")
    time.sleep(0.02)
    sending.send_signal(signal.SIGKILL)
    sending.communicate()
    sync_until_sent(device)
    there = w.projects("Killed")
    assert len(there) == len(set(there)), there
    assert set(saved) <= set(there) <= set(saved + doubtful), (saved, there)
    held = sorted(p["name"] for p in device.view("projects") if p["name"].startswith("Killed"))
    assert held == there, (held, there)
    print(f"# {len(saved)} were said to be saved, {len(there) - len(saved)} were saved unsaid")


def the_database_is_killed_for_a_while():
    device = w.device("no-database")
    assert lab.kill_database(w.server.state, signal.SIGKILL), "there is no database"
    names = new_projects(device, "Without", range(5))
    device.run("sync")  # answered or not, nothing may be lost
    sync_until_sent(device)
    assert w.projects("Without") == names, w.projects("Without")


# ---- clocks, copies, backups ----

def a_clock_is_wrong_by_a_day():
    if not WRONG_CLOCK.exists():
        return "this build has no library that tells a wrong time"
    device = w.device("clock")

    def under_a_wrong_clock(shift, *words):
        return json.loads(subprocess.run(
            device.command(*words), text=True, stdout=subprocess.PIPE, check=True, timeout=120,
            env=dict(lab.environment(), LD_PRELOAD=str(WRONG_CLOCK),
                     MNS_TEST_CLOCK_SHIFT=str(shift))).stdout)

    for turn, shift in enumerate((86400, -86400)):
        under_a_wrong_clock(shift, "do", "project.create@1", json.dumps({"name": f"Clock {turn}"}))
        skew = under_a_wrong_clock(shift, "status")["skew_us"]
        assert abs(abs(skew) - DAY_US) < 3600 * 1000000, f"the device says it is {skew} us wrong"
    assert w.projects("Clock") == ["Clock 0", "Clock 1"]
    new_projects(device, "Clock right", [1])
    sync_until_sent(device)
    assert w.projects("Clock right") == ["Clock right 01"]
    return None


def two_machines_share_a_copied_folder():
    device = w.device("original")
    copy = Mns(w.folder / "copied")
    shutil.copytree(device.state, copy.state)
    names = new_projects(device, "Copy", (1, 2))
    names += new_projects(copy, "Copy", (3, 4, 5))
    sync_until_sent(device)
    sync_until_sent(copy)
    sync_until_sent(device)
    assert w.projects("Copy") == sorted(names), w.projects("Copy")
    ids = [p["project_id"] for p in w.api().view("projects") if p["name"].startswith("Copy")]
    for one in (device, copy):
        one.ok("scopes", *ids)
        held = sorted(p["name"] for p in one.view("projects") if p["name"].startswith("Copy"))
        assert held == sorted(names), held


def yesterday_s_backup_is_put_back():
    device = w.device("restored", "ada")
    names = new_projects(device, "Backup", (1, 2))
    sync_until_sent(device)
    w.server.ctl("backup", w.folder / "backup")
    names += new_projects(device, "Backup", (3, 4))
    sync_until_sent(device)
    names += new_projects(device, "Backup", (5,))
    w.server.stop()
    w.server.ctl("restore", "--replace", w.folder / "backup")
    w.server.ctl("restore-finish", "--journals", "all")
    w.server.start()
    assert w.projects("Backup") == names[:2], w.projects("Backup")
    sync_until_sent(device)
    assert w.projects("Backup") == names, w.projects("Backup")
    assert device.status()["conflicts"] == 0, device.view("conflicts")


# ---- files ----

def the_database_of_a_device_is_torn():
    device = w.device("torn")
    names = new_projects(device, "Torn", (1, 2))
    sync_until_sent(device)
    names += new_projects(device, "Torn", (3, 4))
    torn = [p for p in pathlib.Path(device.state).rglob("*")
            if p.is_file() and p.read_bytes()[:15] == b"SQLite format 3" and "replica" in str(p)]
    assert torn, list(pathlib.Path(device.state).rglob("*"))
    for path in torn:
        path.write_bytes(b"torn" * 1000)
        for more in ("-wal", "-shm"):
            path.with_name(path.name + more).unlink(missing_ok=True)
    sync_until_sent(device)
    assert w.projects("Torn") == names, w.projects("Torn")
    held = sorted(p["name"] for p in device.view("projects") if p["name"].startswith("Torn"))
    assert held == names, held


def the_disk_of_a_device_is_full():
    with SmallDisk(w.folder / "small-disk", 24) as disk:
        if not disk.mounted:
            return NO_SMALL_DISK
        device = w.device("small-disk/device")
        names = new_projects(device, "Full", (1,))
        disk.fill()
        refused = 0
        for n in range(2, 40):
            answer, status = device.run("do", "project.create@1",
                                        json.dumps({"name": f"Full {n:02}"}), "--offline")
            if status == 0:
                names.append(f"Full {n:02}")
            else:
                refused += 1
                assert answer["faults"] or answer.get("outcome") == "error", answer
        assert refused > 0, "the disk was never full"
        answer, _ = device.run("sync")  # what was saved goes out, rows do not come in
        assert w.projects("Full") == names or answer["faults"], answer
        disk.empty()
        names += new_projects(device, "Full", (50,))
        sync_until_sent(device)
        assert w.projects("Full") == names, (w.projects("Full"), names)
    return None


# ---- people ----

def two_devices_change_one_field():
    one, two = w.device("field-one", "ada"), w.device("field-two")
    project = one.do("project.create", {"name": "Fields"})["project"]
    sample = one.do("sample.import", {"project": project, "samples": [
        {"name": "F-1", "fields": {"Concentration": "10", "Volume": "5"}}]})["samples"][0]
    two.ok("scopes", project)

    def change(device, field, value, seen):
        device.do("sample.set", {"cells": [{"sample": sample, "field": field, "value": value}]},
                  "--offline", "--expect", json.dumps({f"sample:{sample}": {field: seen}}))

    change(one, "Concentration", "11", "10")
    change(two, "Concentration", "12", "10")
    change(two, "Volume", "6", "5")
    sync_until_sent(one)
    sync_until_sent(two)
    conflicts = two.view("conflicts")
    assert [c["code"] for c in conflicts] == ["field_changed"], conflicts
    body = two.view("conflict", conflict=conflicts[0]["conflict_id"])[0]
    assert all(body[name] for name in ("body", "seen", "there")), body
    refused, status = two.run("resolve", conflicts[0]["conflict_id"], "drop")
    assert status != 0, refused  # dropping work needs a reason
    two.ok("resolve", conflicts[0]["conflict_id"], "mine", "--next", json.dumps({
        "cmd": "sample.set@1",
        "args": {"cells": [{"sample": sample, "field": "Concentration", "value": "12"}]},
        "expect": {f"sample:{sample}": {"Concentration": "11"}}}))
    sync_until_sent(two)
    one.sync()
    assert two.status()["conflicts"] == 0
    keys = {f["title"]: f["key"] for f in w.api().view("fields") if f["object"] == "SAMPLE"}
    row = same_rows(one, "project_samples", project=project)[0]
    assert (float(row[keys["Concentration"]]), float(row[keys["Volume"]])) == (12, 6), row


def a_password_is_changed_while_someone_is_away():
    device = w.device("away")
    fresh = w.folder / "fresh-password"
    fresh.write_text("Another-2026!x\n")
    w.server.ctl("user", "password", "mira", "--password-file", fresh)
    # a server believes a session for some seconds
    wait(lambda: device.run("sync")[1] != 0, "the old session is refused")
    names = new_projects(device, "Away", (1, 2))
    answer, status = device.run("sync")
    assert status != 0 and device.status()["waiting"] == 2, answer
    device.login(w.server.url, "mira", fresh)
    sync_until_sent(device)
    assert w.projects("Away") == names, w.projects("Away")
    w.server.ctl("user", "password", "mira", "--password-file", w.password_file)


STEPS = [the_lab_starts, a_workflow_of_three_steps_online_and_offline,
         the_server_is_killed_while_a_device_sends, the_client_is_killed_at_any_moment,
         the_database_is_killed_for_a_while, a_clock_is_wrong_by_a_day,
         two_machines_share_a_copied_folder, two_devices_change_one_field,
         the_database_of_a_device_is_torn, the_disk_of_a_device_is_full,
         a_password_is_changed_while_someone_is_away, yesterday_s_backup_is_put_back]


def tell_failure(number, error):
    del number, error
    w.tell_log()


def main():
    global w
    with Folder("processes") as folder:
        w = World(folder)
        try:
            return run_tap(STEPS, tell_failure)
        finally:
            w.server.end()


if __name__ == "__main__":
    sys.exit(main())
