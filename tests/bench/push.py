# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands a second through POST /sync/v1/push, 8 devices at once, against pgbench with the statements
and the isolation of such a command on the same cluster. A command changes one field of one sample.
"""
import sys
import uuid

from hammer import Session, hammer
from lab import SAMPLE, Lab, line, rid, sql_id

CLIENTS = 8
SECONDS = 2
ROUNDS = 5
SAMPLES = 80000

ID = sql_id(SAMPLE, "(:client_id * 10000 + :s)::bigint")
DEVICE = "lpad(to_hex(:client_id::bigint), 32, '0')::uuid"
# What the server sends for one, in its order: the gate, what the rule reads, what the device had, the
# rule's writes, the note. Tokens, rights and fields it remembers.
SCRIPT = f"""\\set s random(0, 9999)
\\set n random(1, 1000000000)
BEGIN ISOLATION LEVEL SERIALIZABLE;
LOCK TABLE command_gate IN ROW SHARE MODE;
SELECT s.id, s.lims_id, s.name, s.project_id, s.artifact_id, s.received_date, s.fields, s.phi_fields
 FROM sample s WHERE s.id = {ID};
SELECT last_n, person_id, revoked_at, (SELECT journals FROM restore_state WHERE journals <> 'ALL'
 AND restored_at > :n), durable_n FROM sync_client WHERE id = {DEVICE} FOR UPDATE;
SAVEPOINT r;
UPDATE sample SET fields = '{{"f3":7.5,"f4":4}}', changed_at = :n WHERE id = {ID};
RELEASE SAVEPOINT r;
INSERT INTO command_done (id) VALUES (gen_random_uuid());
INSERT INTO command_log (id, recorded_at, xid, client_id, n, person_id, source, command, body, outcome,
 result, performed_at, skew_us) VALUES (gen_random_uuid(), 1795516482281818, pg_current_xact_id(), {DEVICE}, :n,
 {DEVICE}, 'DESKTOP', 'sample.set@1', '{{"cells":[{{"field":"Volume","value":4}}]}}', 'OK',
 '{{"outcome":"ok","faults":[],"result":{{}}}}', :n, 0);
UPDATE sync_client SET last_n = :n, seen_at = :n WHERE id = {DEVICE};
COMMIT;
"""


def pushes(device, place, first):
    made = []
    for n in range(first, first + 3000):
        made.append(device.request("POST", "/sync/v1/push", {
            "client": device.client, "epoch": "", "proto": 1, "schema": 1, "app": "bench",
            "commands": [{"n": n, "id": str(uuid.uuid4()), "cmd": "sample.set@1", "performed_at": 1764000000000000 + n,
                          "args": {"cells": [{"sample": rid(SAMPLE, place * 10000 + n % 10000), "field": "Volume",
                                              "value": n % 900}]}}]}))
    return made


def main():
    with Lab() as lab:
        Session(lab, "ada").do("project.create@1", {"name": "Bench"})
        lab.grow(SAMPLES)
        person = lab.sql("SELECT id FROM person WHERE username = 'ada'")
        lab.sql("INSERT INTO sync_client (id, person_id, device, app, last_n, durable_n, scopes_revision, "
                "may_hold_phi, seen_at) SELECT lpad(to_hex(i), 32, '0')::uuid, (SELECT id FROM person WHERE "
                "username = 'ada'), '', '', 0, 0, 0, 0, 0 FROM generate_series(0, 7) i; ANALYZE", admin=True)
        devices = [Session(lab, "ada", f"device {i}") for i in range(CLIENTS)]
        alone, rates = [], []
        # turn by turn: what else the machine does changes
        for _ in range(ROUNDS):
            alone.append(lab.pgbench(SCRIPT.replace("PERSON", person), CLIENTS, SECONDS))
            done = {device.client: int(lab.sql(f"SELECT last_n FROM sync_client WHERE id = '{device.client}'"))
                    for device in devices}
            rates.append(hammer(lab, SECONDS, *[pushes(device, i, done[device.client] + 1)
                                                for i, device in enumerate(devices)], strict=False))
        done = int(lab.sql("SELECT count(*) FROM command_log WHERE command = 'sample.set@1' AND outcome = 'OK' "
                           "AND performed_at > 1764000000000000"))
        print(f"# pushes {rates}/s, {done} done; pgbench {alone}/s", file=sys.stderr, flush=True)
        # what was refused as too busy, and all behind it, counts as not done
        by_pgbench = sum(alone) * SECONDS
        line("push: commands a second at 8 devices, of pgbench", "peer", done / by_pgbench, 0.6)


main()
