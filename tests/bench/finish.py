# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps of 96 wells finished a second, 4 connections at 100,000 samples, of what PostgreSQL alone does
with the rows that such a finish writes, in few statements of one SERIALIZABLE transaction.

Every run is a real one: a plate imported, assigned to a workflow, taken through the first step, next
steps chosen. Finishing closes what the inputs waited for, queues the outputs in the next stage, keeps an
image of each input, ends the run, and notes the command; the change log and the counters by trigger.
"""
import sys
import threading
import uuid

from hammer import Session, hammer
from lab import ARTIFACT, Lab, line, sql_id

CLIENTS = 4
SECONDS = 2
RUNS = 240
SAMPLES = 100000
STEP = "Fragment DNA"
WORKFLOW = "Library preparation"


def well(n):
    return f"{'ABCDEFGH'[n % 8]}:{n // 8 + 1}"


class Bench:
    def __init__(self, browser):
        self.browser = browser
        self.workflow = next(row for row in self.rows("workflows") if row["name"] == WORKFLOW)["workflow_id"]
        self.step = next(row for row in self.rows("lab") if row["step"] == STEP)["step_id"]
        self.choice = None

    def rows(self, path):
        answer = self.browser.view(path)
        return [dict(zip(answer["cols"], row)) for row in answer["rows"]]

    def make_run(self, k):
        """Up to where only the finish is left."""
        do = self.browser.do
        project = do("project.create@1", {"name": f"Finished {k}"})["project"]
        samples = do("sample.import@1", {"project": project, "samples": [
            {"name": f"F-{k}-{i}", "container_type": "96 well plate", "container": f"Finish {k}", "well": well(i)}
            for i in range(96)]})["samples"]
        do("workflow.assign@1", {"workflow": self.workflow, "samples": samples})
        inputs = [row["artifact_id"] for row in self.rows(f"queue?step={self.step}&project={project}&limit=100")]
        assert len(inputs) == 96, len(inputs)
        begun = do("step.begin@1", {"step": self.step, "inputs": [{"artifact": id} for id in inputs]})
        run = begun["run"]
        do("step.place@1", {"run": run, "places": [
            {"artifact": id, "container": begun["containers"][0], "well": well(i)}
            for i, id in enumerate(begun["outputs"])]})
        do("step.advance@1", {"run": run, "to": "RECORD_DETAILS"})
        do("step.record@1", {"run": run, "cells": [
            {"artifact": id, "field": "Concentration", "value": i + 1} for i, id in enumerate(begun["outputs"])]})
        do("step.advance@1", {"run": run, "to": "ASSIGN_NEXT_STEPS"})
        if self.choice is None:
            self.choice = next(row for row in self.rows(f"run_choices?run={run}") if row["is_default"])
        do("step.assign@1", {"run": run, "actions": [
            dict({"artifact": row["artifact_id"], "action": self.choice["action"]},
                 **({"step": self.choice["step_id"]} if self.choice["step_id"] else {}))
            for row in self.rows(f"run_actions?run={run}")]})
        return run

    def finish(self, run):
        return self.browser.request("POST", "/json/v1/do/step.finish@1", {
            "cmd_id": str(uuid.uuid4()), "performed_at": 1764000000000000, "args": {"run": run}})


def limit(runs):
    """The same rows, of entries that are there: they change to and fro, and what is queued is new."""
    artifacts = ("(SELECT " + sql_id(ARTIFACT, "i") + f" AS id FROM generate_series(:k::bigint * 96, :k::bigint * 96 + 95) i)")
    ids = ", ".join(f"'{run}'" for run in runs)
    return (f"\\set k random(0, {SAMPLES // 96 - 1})\n\\set r random(1, {len(runs)})\n\\set n random(2, 32000)\n"
            "BEGIN ISOLATION LEVEL SERIALIZABLE;\n"
            "LOCK TABLE command_gate IN ROW SHARE MODE;\n"
            f"SELECT i.artifact_id, i.state_before FROM step_input i WHERE i.run_id = ((ARRAY[{ids}])[:r])::uuid;\n"
            "SAVEPOINT r;\n"
            "UPDATE stage_entry e SET status = CASE e.status WHEN 'QUEUED' THEN 'COMPLETE' ELSE 'QUEUED' END, "
            "ended_at = CASE e.status WHEN 'QUEUED' THEN 1764000000000000 END "
            f"FROM {artifacts} a WHERE e.artifact_id = a.id AND e.n = 0;\n"
            "INSERT INTO stage_entry (artifact_id, n, stage_id, queue_id, status, priority, queued_at, ended_at) "
            "SELECT e.artifact_id, :n, e.stage_id, e.queue_id, 'COMPLETE', 5, 1764000000000000, 1764000000000000 "
            f"FROM {artifacts} a JOIN stage_entry e ON e.artifact_id = a.id AND e.n = 0 ON CONFLICT DO NOTHING;\n"
            "UPDATE step_input SET state_after = a.state + :n % 2 FROM artifact a "
            f"WHERE step_input.run_id = ((ARRAY[{ids}])[:r])::uuid AND a.id = step_input.artifact_id;\n"
            f"UPDATE step_run SET changed_at = :n WHERE id = ((ARRAY[{ids}])[:r])::uuid;\n"
            "RELEASE SAVEPOINT r;\n"
            "INSERT INTO command_done (id) VALUES (gen_random_uuid());\n"
            "INSERT INTO command_log (id, recorded_at, xid, person_id, source, command, body, outcome, result, "
            "performed_at, skew_us) SELECT gen_random_uuid(), 1795516482281818, pg_current_xact_id(), id, 'WEB', "
            "'step.finish@1', '{\"args\":{}}', 'OK', '{\"outcome\":\"ok\"}', :n, 0 FROM person "
            "WHERE username = 'ada';\nCOMMIT;\n")


def main():
    with Lab() as lab:
        browser = Session(lab, "ada")
        browser.do("project.create@1", {"name": "Bench"})
        lab.grow(SAMPLES)
        bench = Bench(browser)
        runs = [bench.make_run(0)]

        def make(first):
            for k in range(first, RUNS, CLIENTS):
                runs.append(bench.make_run(k))

        threads = [threading.Thread(target=make, args=(i + 1,)) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lab.sql("VACUUM ANALYZE stage_entry, step_input, step_run, artifact", admin=True)
        alone = lab.pgbench(limit(runs), CLIENTS, SECONDS)
        # each once: all that are there would take longer than this
        hammer(lab, SECONDS, *[[bench.finish(run) for run in runs[i::CLIENTS]] for i in range(CLIENTS)],
               strict=False)
        done = int(lab.sql("SELECT count(*) FROM command_log WHERE command = 'step.finish@1' AND outcome = 'OK' "
                           "AND performed_at = 1764000000000000"))
        left = int(lab.sql("SELECT count(*) FROM step_run WHERE state <> 'COMPLETED'"))
        queued = int(lab.sql("SELECT count(*) FROM stage_entry WHERE status = 'QUEUED' AND from_step_id IS NOT NULL"))
        print(f"# plate finished: {done / SECONDS:.1f}/s, limit {alone:.1f}/s; {queued / max(done, 1):.0f} queued each, "
              f"{left} runs left", file=sys.stderr, flush=True)
        assert len(runs) == done + left and queued == 96 * done, (len(runs), done, left, queued)
        assert left, "the runs did not last"
        line(f"server: plate of 96 finished at {SAMPLES}, of the limit", "limit", done / SECONDS / alone, 0.15)


main()
