#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of the desktop client's screens and states, for people to look at: the demonstration lab
with some work in it, once light, once dark and once in German, 1280 x 800. Says nothing about right
or wrong, but ends with 1 if a picture could not be taken.

Run through tests/desktop/ui-session.sh -w openbox; `./dev shots` does. Arguments are parts of names
of pictures: only these are taken.
"""
import gettext
import json
import os
import pathlib
import subprocess
import sys
import time

import lab
from lab import BUILD, DEMO, Api, Folder, Mns, find_pids, free_port, stop_database, wait

from desk import BUTTON, Desk, find_in, keys, xdo

ROWS = "ABCDEFGH"
LOOKS = (("light", "en"), ("dark", "en"), ("light", "de"))
OUT = pathlib.Path(os.environ.get("MNS_SHOTS") or BUILD / "shots")


def well(n):
    return f"{ROWS[n % 8]}:{n // 8 + 1}"


class Lab:
    """The demonstration lab, with what the pictures need."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / "demo"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(folder / "log", "w")
        self.demo = None

    def start(self):
        self.demo = subprocess.Popen(
            ["bash", str(DEMO), "--headless", "--state", str(self.state), "--port", str(self.port)],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=lab.environment())
        said = lab.Output(self.demo.stdout)
        wait(lambda: said.lines or said.ended, "the demonstration lab is ready")
        self.password_file = self.state / "demo-password"
        self.password = self.password_file.read_text().strip()
        self.ada, self.mira = (Api(self.url, user, self.password) for user in ("ada", "mira"))

    def stop(self):
        if self.demo is not None and self.demo.poll() is None:
            self.demo.terminate()
            self.demo.wait(lab.PATIENCE)

    def end(self):
        self.stop()
        for pid in find_pids("meniscus-server", self.state):
            os.kill(pid, 9)
        stop_database(self.state / "server")

    # ---- work ----

    def step(self, name):
        return next(row for row in self.ada.view("lab") if row["step"] == name)["step_id"]

    def add_project(self, api, name, plate, n):
        project = api.do("project.create", {"name": name})["project"]
        samples = api.do("sample.import", {"project": project, "samples": [
            {"name": f"{name[0]}-{k + 1:03}", "container_type": "96 well plate", "container": plate,
             "well": well(k), "fields": {"Concentration": str(10 + k)}} for k in range(n)]})
        workflow = next(row for row in api.view("workflows")
                        if row["name"] == "Library preparation")["workflow_id"]
        api.do("workflow.assign", {"workflow": workflow, "samples": samples["samples"]})
        return project, samples["samples"]

    def begin(self, api, project, n):
        waiting = [row for row in self.ada.view("queue", step=self.step("Fragment DNA"))
                   if row["project"] == project][:n]
        return api.do("step.begin", {"step": self.step("Fragment DNA"), "inputs": [
            {"artifact": row["artifact_id"]} for row in waiting]})

    def place(self, api, run, outputs):
        api.do("step.place", {"run": run["run"], "places": [
            {"artifact": one, "container": run["containers"][0], "well": well(k)}
            for k, one in enumerate(outputs)]})

    def go_on(self, api, run, *states):
        for state in states:
            api.do("step.advance", {"run": run["run"], "to": state})

    def record(self, api, run, outputs):
        api.do("step.record", {"run": run["run"], "cells": [
            {"artifact": one, "field": "Concentration", "value": f"{k * 1.7 + 3:g}"}
            for k, one in enumerate(outputs)]})

    def assign(self, api, run):
        choice = next(row for row in api.view("run_choices", run=run["run"]) if row["is_default"])
        api.do("step.assign", {"run": run["run"], "actions": [
            dict({"artifact": row["artifact_id"], "action": choice["action"]},
                 **({"step": choice["step_id"]} if choice["step_id"] else {}))
            for row in api.view("run_actions", run=run["run"])]})

    def fill(self):
        ada, mira = self.ada, self.mira
        self.project, self.samples = self.add_project(ada, "Alpha", "Plate A", 96)
        self.add_project(mira, "Beta", "Plate B", 12)
        ada.do("project.create", {"name": "Gamma, without samples"})
        self.placing, self.recording, self.choosing, self.done = (
            self.begin(ada, "Alpha", n) for n in (24, 16, 12, 8))
        self.place(ada, self.placing, self.placing["outputs"][:9])
        for run in (self.recording, self.choosing, self.done):
            self.place(ada, run, run["outputs"])
            self.go_on(ada, run, "RECORD_DETAILS")
            self.record(ada, run, run["outputs"][:-3] if run is self.recording else run["outputs"])
        for run in (self.choosing, self.done):
            self.go_on(ada, run, "ASSIGN_NEXT_STEPS")
        self.assign(ada, self.done)
        ada.do("step.finish", {"run": self.done["run"]})
        self.hers = self.begin(mira, "Beta", 6)
        self.place(mira, self.hers, self.hers["outputs"][:4])
        self.plate = ada.view("container", container=self.placing["containers"][0])[0]

    def clash(self):
        """A device of ada's that was away: values and wells that others have changed meanwhile."""
        device = Mns(self.folder / "away")
        device.login(self.url, "ada", self.password_file)
        device.ok("scopes", self.project)
        sample, other = self.samples[90:92]
        seen = {f"sample:{one}": {"Concentration": str(10 + k)}
                for k, one in ((90, sample), (91, other))}
        device.do("sample.set", {"cells": [
            {"sample": sample, "field": "Concentration", "value": "13.4"},
            {"sample": other, "field": "Concentration", "value": "14.1"},
            {"sample": sample, "field": "Volume", "value": "40"}]},
            "--offline", "--expect", json.dumps(seen))
        device.do("step.take_over", {"run": self.placing["run"]}, "--offline")
        device.do("step.place", {"run": self.placing["run"], "places": [
            {"artifact": one, "container": self.placing["containers"][0], "well": at}
            for one, at in zip(self.placing["outputs"][10:14], ("B:2", "C:2", "D:2", "E:2"))]},
            "--offline")
        self.ada.do("sample.set", {"cells": [
            {"sample": sample, "field": "Concentration", "value": "14.3"},
            {"sample": other, "field": "Concentration", "value": "15"}]})
        self.ada.do("step.place", {"run": self.placing["run"], "places": [
            {"artifact": self.placing["outputs"][9], "container": self.placing["containers"][0],
             "well": "C:2"}]})
        device.sync()


class Camera:
    """One look: takes each picture with a client of its own, which begins at that address."""

    def __init__(self, a_lab, scheme, language, wanted):
        self.lab, self.scheme, self.language, self.wanted = a_lab, scheme, language, wanted
        catalogue = gettext.translation("meniscus", BUILD / "po", [language],
                                        fallback=language == "en")
        self.say = catalogue.gettext
        self.failed = []

    def environment(self):
        return {"LANGUAGE": self.language, "ADW_DEBUG_COLOR_SCHEME": f"prefer-{self.scheme}"}

    def keep(self, desk, name):
        xdo("mousemove", 2, 897)  # away from what shows a tooltip
        time.sleep(0.7)  # transitions are over, so that the picture is of something
        geo = desk.geometry()
        subprocess.check_call(
            ["import", "-window", "root", "-crop",
             f"{geo['WIDTH']}x{geo['HEIGHT']}+{max(geo['X'], 0)}+{max(geo['Y'], 0)}", "+repage",
             str(OUT / f"{name}-{self.scheme}-{self.language}.png")])

    def take(self, name, path=None, awaited=None, act=None, state="client"):
        """act does what a person does before the picture; awaited is a text that must show."""
        if self.wanted and not any(part in name for part in self.wanted):
            return
        for last in (False, True):  # the bus of a busy machine may not know a client in time
            try:
                desk = Desk(self.lab.url, "ada", self.lab.password_file, self.lab.state / state,
                            self.lab.log, self.environment(), *(["--open", path] if path else []))
                break
            except Exception as error:
                for pid in find_pids("meniscus", self.lab.state):
                    os.kill(pid, 9)
                if last:
                    self.tell(name, error)
                    return
        try:
            desk.patiently(lambda: any(find_in(window, self.say("Lab View"), None)
                                       for window in desk.root), "its window is there", 20)
            if awaited:
                desk.patiently(lambda: find_in(
                    desk.frame, lambda n: self.say(awaited) in n, None), f"shown: {awaited}", 15)
            if act is not None:
                act(desk)
            self.keep(desk, name)
        except Exception as error:
            self.keep(desk, f"{name}-FAILED")
            self.tell(name, error)
        finally:
            desk.end()

    def tell(self, name, error):
        self.failed.append(name)
        print(f"no picture {name}-{self.scheme}-{self.language}: {error}", flush=True)

    def press(self, *labels):
        def act(desk):
            for label in labels:
                desk.press(self.say(label), BUTTON)
        return act

    def into_the_bucket(self, desk):
        desk.press(self.say("Select all"))
        desk.press(self.say("Add to ice bucket"))
        desk.patiently(lambda: find_in(desk.frame, lambda n: n.startswith(
            self.say("View ice bucket (%u)").split("(")[0]), BUTTON), "the bucket may be opened", 15)
        desk.hit(lambda n: n.startswith(self.say("View ice bucket (%u)").split("(")[0]), BUTTON)
        desk.find(self.say("Begin work"), BUTTON)

    # ---- the pictures ----

    def empty(self):
        step = self.lab.step("Fragment DNA")
        self.take("lab-empty", "/lab", "Fragment DNA", state="empty")
        self.take("projects-empty", "/projects", "New project", state="empty")
        self.take("queue-empty", f"/queue/{step}", "Fragment DNA", state="empty")
        self.take("search-nothing", "/search/nirgendwo", "Search", state="empty")
        self.take("conflicts-none", "/conflicts", "No conflicts", state="empty")

    def filled(self):
        it = self.lab
        step, next_step = it.step("Fragment DNA"), it.step("End repair")
        self.take("lab-work", "/lab", "Fragment DNA")
        self.take("queue-waiting", f"/queue/{step}", "A-061")
        self.take("queue-other-step", f"/queue/{next_step}", "A-0")
        self.take("bucket-full", f"/queue/{step}", "A-061", self.into_the_bucket)
        self.take("bucket-empty", f"/bucket/{step}", "The ice bucket is empty")
        self.take("step-placement", f"/step/{it.placing['run']}", "A-001")
        self.take("step-record", f"/step/{it.recording['run']}", "Concentration")
        self.take("step-next", f"/step/{it.choosing['run']}", "Finish step")
        self.take("step-completed", f"/step/{it.done['run']}", "Fragment DNA")
        self.take("step-of-another-person", f"/step/{it.hers['run']}", "Fragment DNA")
        self.take("projects-list", "/projects", "Alpha")
        self.take("project-samples", f"/project/{it.project}", "A-001")
        self.take("project-new", "/projects", "Alpha", self.press("New project"))
        self.take("import-start", f"/import/{it.project}", "Paste a table")
        self.take("sample-now", f"/sample/{it.samples[0]}", "A-001")
        self.take("sample-gone", "/sample/019a0000-0000-7000-8000-00000000ffff")
        self.take("container-filled", f"/container/{it.plate['container_id']}", "A-001")
        self.take("search-found", "/search/A-00", "A-001")
        self.take("runs-list", "/runs")
        self.take("popover-sync", "/lab", "Fragment DNA", lambda desk: desk.hit(
            lambda n: n.startswith(self.say("Online")), None))
        self.take("menu-main", "/lab", "Fragment DNA", lambda desk: desk.hit(self.say("Main menu"), None))
        self.take("preferences-window", "/lab", "Fragment DNA",
                  lambda desk: (keys("ctrl+comma"), time.sleep(1)))
        self.take("shortcuts-window", "/lab", "Fragment DNA",
                  lambda desk: (keys("ctrl+question"), time.sleep(1.5)))

    def conflicts(self):
        self.take("conflicts-bundles", "/conflicts", "All mine")
        self.take("conflicts-wells", "/conflicts", "All mine", self.second_bundle)
        self.take("lab-conflict", "/lab", "Fragment DNA")

    def second_bundle(self, desk):
        desk.hit(lambda n: n.startswith(self.say("The well was taken meanwhile")), None)
        desk.find(self.say("The plate as it is now"))

    def offline(self):
        step = self.lab.ids["step"]
        self.take("lab-offline", "/lab", "Fragment DNA")
        self.take("queue-offline", f"/queue/{step}", "A-061")
        self.take("step-offline", f"/step/{self.lab.placing['run']}", "A-001")
        self.take("popover-sync-offline", "/lab", "Fragment DNA", lambda desk: desk.hit(
            lambda n: n.startswith(self.say("Offline")), None))


def main(wanted):
    OUT.mkdir(parents=True, exist_ok=True)
    with Folder("shots") as folder:
        it = Lab(folder)
        cameras = [Camera(it, scheme, language, wanted) for scheme, language in LOOKS]
        try:
            it.start()
            it.ids = {"step": it.step("Fragment DNA")}
            for stage, prepare in (("empty", None), ("filled", it.fill), ("conflicts", it.clash),
                                   ("offline", it.stop)):
                if prepare is not None:
                    prepare()
                for camera in cameras:
                    getattr(camera, stage)()
        finally:
            it.end()
    failed = sum(len(camera.failed) for camera in cameras)
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT}, {failed} could not be taken")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
