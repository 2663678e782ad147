#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job, with real processes: from a sample list to the next step, online and offline.

One scientist (ada) works in the desktop client by pointer, keys and clipboard; another (mira) on a
device of her own by mns. The server is killed, the client is killed, conflicts are settled in the
window, and nothing is lost or doubled; the browser shows the same.
"""
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import lab
from lab import (CTL, DEMO, DESKTOP, MNS, SERVER, Api, Folder, Mns, find_pids, free_port, run_tap,
                 skip_all, stop_database, wait)

absent = lab.missing_programs(SERVER, CTL, MNS, DESKTOP)
if absent:
    skip_all(f"this build has no {absent[0]}")
if not os.environ.get("DISPLAY"):
    skip_all("there is no display: run it through tests/desktop/ui-session.sh -w openbox")

import pyatspi  # noqa: E402
from desk import (BUTTON, CELL, Desk, describe, extents, keys, put_on_clipboard,  # noqa: E402
                  shot, type_text, xdo)
from sheets import write_ods, write_xlsx  # noqa: E402

ROWS = "ABCDEFGH"
SAMPLES = [f"S-{n:03}" for n in range(1, 97)]


def well(n):
    """Of a 96 well plate, down the columns; n from 0."""
    return f"{ROWS[n % 8]}:{n // 8 + 1}"


class World:
    """What the steps hand on to one another."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = folder / "demo"
        self.client_log = open(folder / "client.log", "w")
        self.demo = None
        self.desk = None
        self.clipboards = []
        self.mira = Mns(folder / "mira")
        self.second_ada = Mns(folder / "ada-too")

    # ---- processes ----

    def start_server(self):
        self.demo = subprocess.Popen(
            ["bash", str(DEMO), "--headless", "--state", str(self.state), "--port", str(self.port)],
            stdout=subprocess.PIPE, stderr=open(self.folder / "demo.log", "a"), text=True,
            env=lab.environment())
        said = lab.Output(self.demo.stdout)
        wait(lambda: said.lines or said.ended, "./dev demo --headless says that it is ready")
        assert said.lines == [f"ready {self.url}"], said.lines
        self.password_file = self.state / "demo-password"
        self.password = self.password_file.read_text().strip()

    def kill_server(self):
        pids = find_pids("meniscus-server", self.state)
        assert len(pids) == 1, pids
        os.kill(pids[0], signal.SIGKILL)
        self.demo.wait(lab.PATIENCE)

    def start_client(self, **env):
        self.desk = Desk(self.url, "ada", self.password_file, self.state / "client",
                         self.client_log, env)
        self.desk.find("Lab View")

    def paste(self, text):
        self.clipboards.append(put_on_clipboard(text))

    def end(self):
        if self.desk is not None:
            self.desk.end()
        for holder in self.clipboards:
            holder.kill()
            holder.wait()
        if self.demo is not None and self.demo.poll() is None:
            self.demo.terminate()
            self.demo.wait(lab.PATIENCE)
        for pid in find_pids("meniscus-server", self.state):
            os.kill(pid, signal.SIGKILL)
        stop_database(self.state / "server")
        self.client_log.close()

    # ---- looking ----

    def api(self, user="ada"):
        return Api(self.url, user, self.password)

    def step(self, source, name):
        return next(row for row in source.view("lab") if row["step"] == name)

    def queued(self, source, name):
        return self.step(source, name)["queued"]

    def only_run(self, source, step):
        runs = [run for run in source.view("my_runs") if run["step"] == step]
        assert len(runs) == 1, runs
        return runs[0]


w = None


def lab_role(name):
    return getattr(pyatspi, f"ROLE_{name}")


def starting(text):
    return lambda name: name.startswith(text)


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)


def is_well(name):
    """The name of a well for a screen reader: "B:7, S-000123"."""
    return bool(re.match(r"[A-P]:\d+, ", name))


# ---- the steps ----

def the_demonstration_lab_starts():
    w.start_server()
    api = w.api()
    # A plate that two people share: it holds a sample already, so that every device has it.
    project = api.do("project.create", {"name": "Shared"})["project"]
    made = api.do("sample.import", {"project": project, "samples": [
        {"name": "Keeper", "container_type": "384 well plate", "container": "Shared plate",
         "well": "P:24"}]})
    w.shared = made["containers"][0]
    w.shared_id = api.view("container", container=w.shared)[0]["lims_id"]


def a_second_device_signs_in():
    w.mira.login(w.url, "mira", w.password_file)
    w.mira_project = w.mira.do("project.create", {"name": "Beta"})["project"]
    samples = w.mira.do("sample.import", {"project": w.mira_project, "samples": [
        {"name": "M-1"}, {"name": "M-2"}]})["samples"]
    workflow = next(row for row in w.mira.view("workflows") if row["name"] == "Library preparation")
    w.mira.do("workflow.assign", {"workflow": workflow["workflow_id"], "samples": samples})
    w.mira.sync()
    assert w.mira.status()["waiting"] == 0


def ada_makes_a_project():
    w.start_client()
    desk = w.desk
    shot("bench-01-lab")
    desk.press("Projects", None, then=desk.shows("New project", BUTTON))
    desk.press("New project")
    desk.dialog("New project")
    type_text("Alpha")
    shot("bench-02-new-project")
    keys("Return")
    desk.find("Add samples", BUTTON)
    desk.starting("ADA", None)


def she_pastes_a_list_of_96_samples():
    desk = w.desk
    lines = ["Sample/Name\tContainer/Type\tContainer/Name\tSample/Well Location\tUDF/Concentration"]
    lines += [f"{name}\t96 well plate\tPlate A\t{well(n)}\t{10 + n}"
              for n, name in enumerate(SAMPLES)]
    w.paste("\n".join(lines) + "\n")
    desk.press("Add samples", then=desk.shows("Paste a table", BUTTON))
    desk.press("Paste a table", then=desk.shows("Add 96 samples", BUTTON))
    shot("bench-03-import")
    desk.press("Add 96 samples", then=desk.shows("Assign to workflow…", BUTTON))
    desk.find("S-001")
    shot("bench-04-project")
    project = wait(lambda: next((p for p in w.api().view("projects") if p["name"] == "Alpha"), None),
                   "the project is on the server")
    w.project = project["project_id"]
    wait(lambda: len(w.api().view("project_samples", project=w.project)) == 96,
         "96 samples are on the server")


def she_assigns_them_to_the_workflow():
    desk = w.desk
    desk.press("Assign to workflow…")
    desk.answer("Assign to workflow", "Assign")
    wait(lambda: w.queued(w.api(), "Fragment DNA") == 98, "96 and mira's 2 wait on the server")
    # mira's device holds both projects before it goes offline
    w.mira.ok("scopes", w.project, w.mira_project)
    w.mira.sync()
    assert w.queued(w.mira, "Fragment DNA") == 98


def the_lab_view_shows_them_waiting():
    desk = w.desk
    desk.press("Lab View", None)
    # mira's device holds two more, in a project that ada's does not look at
    desk.starting("Fragment DNA, 9")
    shot("bench-05-waiting")
    assert len([row for row in w.api().view("queue", step=w.step(w.api(), "Fragment DNA")["step_id"])
                if row["project"] == "Alpha"]) == 96


def she_takes_them_into_the_ice_bucket():
    desk = w.desk
    desk.press("Lab View", None)
    desk.hit(starting("Fragment DNA, "))
    desk.find("S-001")
    keys("ctrl+f")
    type_text("S-")
    desk.gone("M-1")
    desk.press("Select all")
    desk.press("Add to ice bucket", then=desk.shows("View ice bucket (96)", BUTTON))
    shot("bench-06-queue")
    desk.press("View ice bucket (96)", then=desk.shows("Begin work", BUTTON))
    desk.starting("96 samples = 96 of 96 wells")
    shot("bench-07-bucket")
    desk.press("Begin work", then=desk.shows("Place all", BUTTON))
    w.run_1 = wait(lambda: w.only_run(w.api(), "Fragment DNA"), "the run is on the server")["run_id"]


def places(source, run):
    """Where the outputs of a run are, by name."""
    return {row["output"]: (row["container"], row["well"])
            for row in source.view("run_pairs", run=run) if row["container_id"]}


def she_places_by_drag_click_and_keys():
    desk = w.desk
    label = lab_role("LABEL")
    desk.find("A:1, empty")
    desk.drag_to("S-001", label, "A:1, empty", then=desk.shows("A:1, S-001"))
    desk.hit("S-002", label)
    desk.hit("B:1, empty")
    desk.find("B:1, S-002")
    desk.hit("S-003", label)
    keys("shift+Down")
    desk.hit("C:1, empty")
    desk.find("C:1, S-003")
    desk.find("D:1, S-004")
    # by keys: pick up, go, put down
    desk.hit("D:1, S-004")
    keys("Return", "Right", "Return")
    desk.find("D:2, S-004")
    keys("Return", "Left", "Return")
    desk.find("D:1, S-004")
    # from the list to the plate by Tab alone
    desk.hit("S-005", label)
    keys("Tab", "Down", "Return")
    desk.find("E:1, S-005")
    shot("bench-08-placement")
    desk.press("Place all", then=desk.shows("96 placed, 0 to place"))
    shot("bench-09-placed")
    wait(lambda: len(places(w.api(), w.run_1)) == 96, "96 placements are on the server")
    there = places(w.api(), w.run_1)
    assert all(there[name][1] == well(n) for n, name in enumerate(SAMPLES)), there


def she_records_by_pasting_a_block():
    desk = w.desk
    desk.press("Record details", then=desk.shows(lambda n: n.startswith("Concentration, S-001"), CELL))
    w.paste("".join(f"{n / 2:g}\t{20 + n}\n" for n in range(1, 97)))
    desk.hit(starting("Concentration, S-001, empty"), CELL)
    keys("ctrl+v")
    desk.find("Concentration, S-001, 0.5", CELL)
    desk.find("Volume, S-001, 21", CELL)
    desk.find(lambda n: n.startswith("192 cells pasted"))
    # what mira, who has seen 11, changes on her device
    desk.hit(lambda n: n.startswith("Concentration, submitted") and ", S-002, 11" in n, CELL)
    type_text("77")
    keys("Return")
    desk.find(lambda n: n.startswith("Concentration, submitted") and ", S-002, 77" in n, CELL)
    shot("bench-10-record")

    def recorded():
        rows = {row["output"]: row for row in w.api().view("run_pairs", run=w.run_1)}
        fields = [f["key"] for f in w.api().view("run_fields", run=w.run_1)
                  if f["title"] == "Concentration" and f["object"] == "DERIVED"]
        return rows and all(float(rows[name].get(fields[0]) or 0) == (n + 1) / 2
                            for n, name in enumerate(SAMPLES))

    wait(recorded, "96 concentrations are on the server")


def finish_step():
    desk = w.desk
    desk.press("Next steps", then=desk.shows("Finish step", BUTTON))
    desk.find(lambda n: n.startswith("Advance to "))
    shot("bench-11-next")
    desk.press("Finish step")
    desk.answer("Finish this step?", "Finish step")
    desk.find("Lab View", lab_role("LABEL"))
    desk.starting("Fragment DNA, ")


def she_assigns_next_steps_and_finishes():
    finish_step()
    wait(lambda: w.queued(w.api(), "End repair") == 96, "96 samples wait for End repair")
    w.desk.starting("End repair, 96")
    shot("bench-12-finished")


def the_server_is_killed():
    # what both devices saw last
    w.pushed = w.api().view("project", project=w.project)[0]
    w.desk.starting("Online")
    w.kill_server()


def the_second_step_begins_offline():
    desk = w.desk
    desk.hit(starting("End repair, "))
    desk.find("S-001")
    desk.press("Select all")
    desk.press("Add to ice bucket", then=desk.shows("View ice bucket (96)", BUTTON))
    desk.press("View ice bucket (96)", then=desk.shows("Begin work", BUTTON))
    desk.find("S-001")
    desk.hit("Existing container", lab_role("TEXT"))
    type_text(w.shared_id)
    shot("bench-13-offline-bucket")
    desk.press("Begin work", then=desk.shows("Place all", BUTTON))
    label = lab_role("LABEL")
    desk.hit("S-001", label)
    desk.hit("A:1, empty")
    desk.find("A:1, S-001")
    desk.hit("S-002", label)
    desk.hit("B:1, empty")
    desk.find("B:1, S-002")
    desk.press("Place all", then=desk.shows("96 placed, 0 to place"))
    desk.find("Saved here, not sent yet")
    shot("bench-14-offline-placed")


def the_client_is_killed_and_goes_on_offline():
    w.desk.kill()
    w.start_client()
    desk = w.desk
    desk.starting("Offline")
    desk.hit(lambda n: n.startswith("End repair ") and "," not in n)
    desk.find("96 placed, 0 to place")
    desk.find("A:1, S-001")
    shot("bench-15-offline-again")
    desk.press("Record details", then=desk.shows(lambda n: n.startswith("Concentration, S-001"), CELL))
    w.paste("".join(f"{100 + n}\n" for n in range(1, 97)))
    desk.hit(starting("Concentration, S-001, "), CELL)
    keys("ctrl+v")
    desk.find("Concentration, S-001, 101", CELL)
    desk.find(lambda n: n.startswith("96 cells pasted"))
    finish_step()
    desk.starting("Adapter ligation, 96")
    shot("bench-16-offline-finished")
    desk.end()


def meanwhile_mira_works_in_the_same_wells():
    mira = w.mira
    step = w.step(mira, "Fragment DNA")["step_id"]
    mine = [row for row in mira.view("queue", step=step) if row["project"] == "Beta"]
    run = mira.do("step.begin", {"step": step, "container": w.shared, "inputs": [
        {"artifact": row["artifact_id"]} for row in mine]}, "--offline")
    mira.do("step.place", {"run": run["run"], "places": [
        {"artifact": artifact, "container": w.shared, "well": at}
        for artifact, at in zip(run["outputs"], ("A:1", "B:1"))]}, "--offline")
    samples = {row["name"]: row["sample_id"] for row in mira.view("project_samples", project=w.project)}
    # a field that nobody else touched, and one that ada has changed since mira's device saw it
    mira.do("sample.set", {"cells": [{"sample": samples["S-003"], "field": "Volume", "value": "33"}]},
            "--offline", "--expect", json.dumps({f"sample:{samples['S-003']}": {"Volume": None}}))
    mira.do("sample.set", {"cells": [
        {"sample": samples["S-002"], "field": "Concentration", "value": "55"}]}, "--offline",
        "--expect", json.dumps({f"sample:{samples['S-002']}": {"Concentration": "11"}}))
    w.samples = samples
    assert mira.status()["waiting"] == 4
    w.start_server()
    mira.sync()
    status = mira.status()
    assert status["waiting"] == 0 and status["conflicts"] == 1, status


def everything_arrives_once():
    w.start_client()
    desk = w.desk
    desk.find(starting("Online"))
    wait(lambda: [c for c in w.api().view("conflicts") if c["state"] == "OPEN"],
         "the clash of wells is a conflict")
    w.second_ada.login(w.url, "ada", w.password_file)
    wait(lambda: (w.second_ada.sync(), w.second_ada.status())[1]["waiting"] == 0)
    desk.find(lambda n: n.endswith(" conflicts") or n.endswith(" conflict"))
    shot("bench-17-conflicts")
    runs = [r for r in w.api().view("my_runs") if r["step"] == "End repair"]
    assert len(runs) == 1, runs
    w.run_2 = runs[0]["run_id"]
    assert len(w.api().view("run_pairs", run=w.run_2)) == 96
    assert len(w.api().view("project_samples", project=w.project)) == 96
    names = [p["name"] for p in w.api().view("projects")]
    assert sorted(names) == ["Alpha", "Beta", "Shared"], names


def conflict_row(name):
    """The line of a sample in the table of a conflict."""
    return w.desk.find(lambda n: n.startswith(f"{name} ") and "there is now" in n)


def open_conflicts():
    desk = w.desk
    desk.press("6 conflicts", then=desk.shows("Save choices", BUTTON))
    conflict_row("S-001")


def choose_other_wells():
    """Ada types one well, and picks the other one on the plate."""
    desk = w.desk
    entry = desk.find("other well", lab_role("TEXT"), conflict_row("S-001"))
    desk.click(entry)
    type_text("A:20")
    heading = desk.centre(desk.find("I saw"))
    xdo("mousemove", *heading)

    def radio():
        """Of the second line, which is below the first one's plates: the wheel brings it up."""
        node = desk.find("other well", lab_role("CHECK_BOX"), conflict_row("S-002"))
        if extents(node).y > 640:
            xdo("click", 5)
            return None
        return node

    desk.click(desk.patiently(radio, "the second line is in sight"))
    desk.find("Choose a free well for S-002")
    keys(*["Right"] * 19)
    keys("Return")
    desk.find("B:20, S-002")
    desk.press("Redo all")


def nothing_is_settled_before_the_choices_are_saved():
    open_conflicts()
    shot("bench-18-saw-did-now")
    choose_other_wells()
    shot("bench-19-chosen")
    w.desk.kill()
    assert len([c for c in w.api().view("conflicts") if c["state"] == "OPEN"]) == 6
    w.start_client()
    w.desk.starting("Online")


def conflicts_are_settled_in_the_window_while_the_server_dies():
    open_conflicts()
    choose_other_wells()
    w.desk.press("Save choices")
    w.kill_server()
    w.desk.gone("6 conflicts", BUTTON)
    w.desk.kill()
    w.start_server()
    w.start_client()
    wait(lambda: not [c for c in w.api().view("conflicts") if c["state"] == "OPEN"],
         "no conflict is open on the server")
    w.desk.gone(lambda n: n.endswith(" conflicts") or n.endswith(" conflict"), BUTTON)


def nothing_is_lost():
    device = w.second_ada
    there = places(w.api(), w.run_2)
    assert len(there) == 96 and len(set(there.values())) == 96, there
    assert (there["S-001"][1], there["S-002"][1]) == ("A:20", "B:20"), there
    wells = {row["well"]: row["name"] for row in w.api().view("container_wells", container=w.shared)}
    assert len(wells) == 99 and wells["P:24"] == "Keeper", wells
    assert (wells["A:1"], wells["B:1"]) == ("M-1", "M-2"), wells
    assert w.queued(w.api(), "Adapter ligation") == 96
    w.desk.find(starting("Adapter ligation, 96"))
    device.sync()
    assert device.status()["conflicts"] == 0, device.view("conflicts")
    for view, args in (("lab", {}), ("run_pairs", {"run": w.run_2}),
                       ("project_samples", {"project": w.project})):
        mine, theirs = device.view(view, **args), w.api().view(view, **args)
        assert mine == theirs, (view, len(mine), len(theirs))
    shot("bench-20-settled")


def lists_are_imported_from_files():
    """xlsx, ods and csv, each by the window's own file dialog into a project of its own."""
    desk = w.desk
    head = ["Sample/Name", "Container/Type", "Container/Name", "Sample/Well Location",
            "UDF/Concentration"]
    for kind, write in (("xlsx", write_xlsx), ("ods", write_ods), ("csv", write_csv)):
        path = w.folder / f"list.{kind}"
        write(path, [head] + [[f"{kind}-{n + 1} & co", "96 well plate", f"Plate {kind}", well(n),
                               n + 0.5] for n in range(8)])
        desk.press("Projects", None, then=desk.shows("New project", BUTTON))
        desk.press("New project")
        desk.dialog("New project")
        type_text(f"From {kind}")
        keys("Return")
        desk.press("Add samples", then=desk.shows("Choose a file…", BUTTON))
        desk.press("Choose a file…")
        desk.dialog("Choose a sample list")
        type_text(str(path))
        keys("Return")
        desk.press("Add 8 samples", then=desk.shows("Assign to workflow…", BUTTON))
        desk.find(f"{kind}-1 & co")
        shot(f"bench-21-imported-{kind}")
        project = wait(lambda: next((p for p in w.api().view("projects")
                                     if p["name"] == f"From {kind}"), None), "the project arrives")
        rows = wait(lambda: w.api().view("project_samples", project=project["project_id"]),
                    "its samples arrive")
        keys_of = [f["key"] for f in w.api().view("fields")
                   if f["title"] == "Concentration" and f["object"] == "SAMPLE"]
        assert {row["name"]: float(row[keys_of[0]]) for row in rows} == {
            f"{kind}-{n + 1} & co": n + 0.5 for n in range(8)}, rows


def the_same_work_is_in_the_browser():
    """A real Chromium, signed in at the server's address."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    node = shutil.which("node")
    if chromium is None or node is None:
        return "there is no chromium, or no node to drive it"
    try:
        urllib.request.urlopen(w.url + "/", timeout=lab.PATIENCE).close()
    except urllib.error.HTTPError:
        return "this server was built without the web client"
    web = lab.SOURCE / "tests/web"
    subprocess.run([web / "packages.sh"], check=True, timeout=300, stdout=subprocess.DEVNULL)
    run = w.api().view("run", run=w.run_2)[0]["lims_id"]
    project = w.api().view("project", project=w.project)[0]["lims_id"]
    paths = ["/", f"/step/{run}/placement", f"/step/{run}/details", f"/projects/{project}",
             f"/container/{w.shared_id}"]
    done = subprocess.run(
        [node, web / "look.mjs", *paths], text=True, stdout=subprocess.PIPE, timeout=180,
        env=dict(lab.environment(), BASE=w.url, USER_NAME="ada", PASSWORD=w.password,
                 CHROMIUM=chromium, SHOTS=os.environ.get("MNS_SHOTS") or str(lab.BUILD / "shots")))
    assert done.returncode == 0, done.stdout
    pages = {page["path"]: page for page in map(json.loads, done.stdout.splitlines())}
    assert list(pages) == paths, list(pages)
    assert all(not page["complaints"] for page in pages.values()), pages
    lab_view, placement, details, of_project, container = (pages[path] for path in paths)
    counts = re.search(r"Adapter ligation\s*, 96 samples waiting", lab_view["text"])
    assert lab_view["heading"] == "Lab View" and counts, lab_view["text"]
    for page in (placement, container):
        assert any(cell.startswith("A:20, S-001") for cell in page["cells"]), page
        assert any(cell.startswith("B:20, S-002") for cell in page["cells"]), page
    assert any(cell.startswith("A:1, M-1") for cell in container["cells"]), container
    assert "S-001" in details["cells"] and "101" in details["cells"], details
    assert of_project["heading"] == "Alpha" and "S-001" in of_project["cells"], of_project
    return None


STEPS = [the_demonstration_lab_starts, a_second_device_signs_in, ada_makes_a_project,
         she_pastes_a_list_of_96_samples, she_assigns_them_to_the_workflow,
         the_lab_view_shows_them_waiting, she_takes_them_into_the_ice_bucket,
         she_places_by_drag_click_and_keys, she_records_by_pasting_a_block,
         she_assigns_next_steps_and_finishes, the_server_is_killed,
         the_second_step_begins_offline, the_client_is_killed_and_goes_on_offline,
         meanwhile_mira_works_in_the_same_wells, everything_arrives_once,
         nothing_is_settled_before_the_choices_are_saved,
         conflicts_are_settled_in_the_window_while_the_server_dies, nothing_is_lost,
         lists_are_imported_from_files, the_same_work_is_in_the_browser]


def tell_failure(number, error):
    shot(f"bench-failure-{number:02}")
    if w.desk is not None and w.desk.process.poll() is None:
        for window in w.desk.root:
            for line in describe(window):
                print(f"# {line}", flush=True)
    for name in ("client.log", "demo.log"):
        path = w.folder / name
        if path.exists():
            for line in path.read_text(errors="replace").splitlines()[-20:]:
                print(f"# {name}: {line}", flush=True)


def main():
    global w
    with Folder("bench") as folder:
        w = World(folder)
        try:
            return run_tap(STEPS, tell_failure)
        finally:
            w.end()


if __name__ == "__main__":
    sys.exit(main())
