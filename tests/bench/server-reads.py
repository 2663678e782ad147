# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server answers a second, of what PostgreSQL alone does with prepared statements: 4
connections, at 10,000, 100,000 and 1,000,000 samples; plates at 100,000.
"""
import random
import sys
import uuid

from lab import LARGE, PROJECT, SAMPLE, Lab, line, rid, sql_id
from hammer import Session, hammer

SECONDS = 2
CLIENTS = 4

JOINS = ("LEFT JOIN placement p ON p.artifact_id = {a} LEFT JOIN container c ON c.id = p.container_id "
         "LEFT JOIN project j ON j.id = s.project_id ")


def limits(n, queue):
    """The statement alone, for pgbench."""
    return {
        "one sample": f"\\set i random(0, {n - 1})\n"
        "SELECT s.id, s.lims_id, s.name, s.fields, c.id, c.name, p.y, p.x, j.id, j.name FROM sample s "
        + JOINS.format(a="s.artifact_id") + f"WHERE s.id = {sql_id(SAMPLE, ':i::bigint')};\n",
        "list page": f"\\set i random(0, {n // 1000 - 1})\n"
        "SELECT s.id, s.lims_id, s.name, s.fields FROM sample s "
        f"WHERE s.project_id = {sql_id(PROJECT, ':i::bigint')} ORDER BY s.name LIMIT 100;\n",
        "name prefix": f"\\set i random({n // 10}, {n - 1})\n"
        "SELECT s.id, s.lims_id, s.name FROM sample s WHERE s.name >= 'Mouse-' || :i::bigint "
        "AND s.name < 'Mouse-' || :i::bigint || 'zzz' ORDER BY s.name LIMIT 20;\n",
        "queue page": "SELECT e.artifact_id, a.lims_id, a.name, s.lims_id, c.id, c.name, p.y, p.x, j.id, j.name, "
        "e.priority, e.queued_at, a.qc_flag, a.fields, s.fields FROM stage_entry e JOIN artifact a "
        "ON a.id = e.artifact_id LEFT JOIN content k ON k.artifact_id = a.content_id AND k.n = 0 "
        "LEFT JOIN sample s ON s.id = k.sample_id " + JOINS.format(a="a.id") +
        f"WHERE e.queue_id = '{queue}' AND e.status = 'QUEUED' "
        "ORDER BY e.priority, e.queued_at, e.artifact_id LIMIT 100;\n",
    }


# The columns that the limits read: a page with all columns also says in which stage a sample is and
# in which well, which is four more tables a row. That page is measured beside, without a bar.
ONE = "&columns=sample_id,lims_id,name,fields,container_id,container,well,project_id,project"
MANY = "&columns=sample_id,lims_id,name,fields"


def paths(n, step):
    at = random.Random(n)
    samples = [f"sample?sample={rid(SAMPLE, at.randrange(n))}" for _ in range(500)]
    lists = [f"project_samples?project={rid(PROJECT, at.randrange(n // 1000))}&limit=100" for _ in range(200)]
    return {
        "one sample": [path + ONE for path in samples],
        "list page": [path + MANY for path in lists],
        "one sample, all columns": samples,
        "list page, all columns": lists,
        "name prefix": [f"search?text=Mouse-{at.randrange(n // 10, n)}&kind=SAMPLE" for _ in range(500)],
        "queue page": [f"queue?step={step}&limit=100"],
    }


def measure_reads(lab, browser, n, step, queue):
    rates = {}
    limit = limits(n, queue)
    for name, views in paths(n, step).items():
        requests = [browser.request("GET", f"/json/v1/view/{path}") for path in views]
        alone = lab.pgbench(limit[name.split(",")[0]], CLIENTS, SECONDS)
        rates[name] = hammer(lab, SECONDS, *[requests[i * len(requests) // 7:] + requests[:i * len(requests) // 7]
                                             for i in range(CLIENTS)])
        print(f"# {name} of {n}: {rates[name]:.0f}/s, limit {alone:.0f}/s", file=sys.stderr, flush=True)
        if n == 100000 and "," not in name:
            line(f"server: {name} at {n}, of the limit", "limit", rates[name] / alone, 0.25)
    return rates


def plate_limit(n):
    """The rows of a plate with 96 samples that wait, in one transaction of few statements."""
    def many(kind, columns, extra=""):
        return (f"INSERT INTO {kind} SELECT {columns} FROM (SELECT :k::bigint * 96 + g AS i, g "
                f"FROM generate_series(0, 95) g) r {extra};\n")
    bench = "CROSS JOIN (SELECT * FROM project WHERE name = 'Bench') j"
    art, sam = sql_id(0x12, "i"), sql_id(0x11, "i")
    return ("\\set k random(1, 20000000)\nBEGIN ISOLATION LEVEL SERIALIZABLE;\n"
            "SELECT id FROM project WHERE name = 'Bench';\n"
            f"INSERT INTO container SELECT {sql_id(0x13, ':k::bigint')}, 'L' || :k::bigint, t.id, 'L' || :k::bigint, "
            "'l' || :k::bigint, 'POPULATED', '{}', NULL, 1, 1 FROM container_type t WHERE name = '96 well plate' "
            "ON CONFLICT DO NOTHING;\n" +
            many("artifact", f"{art}, 'L' || i || 'PA1', j.id, 'ROOT', NULL, 0, {art}, 'Limit-' || i, 'limit-' || i, "
                 "'UNKNOWN', 1, 0, NULL, NULL, 1, 1", bench + " ON CONFLICT DO NOTHING") +
            many("sample", f"{sam}, 'L' || i, j.id, j.id, NULL, {art}, 'Limit-' || i, 'limit-' || i, j.person_id, "
                 "NULL, NULL, '{}', NULL, 1, j.created_by, 1", bench + " ON CONFLICT DO NOTHING") +
            many("content", f"{art}, 0, {sam}, NULL", "ON CONFLICT DO NOTHING") +
            many("placement", f"{sql_id(0x13, ':k::bigint')}, g % 8, g / 8, {art}", "ON CONFLICT DO NOTHING") +
            "COMMIT;\n")


def import_plate(browser, project, k):
    samples = [{"name": f"Made-{k}-{i}", "container_type": "96 well plate", "container": f"Made {k}",
                "well": f"{chr(65 + i % 8)}:{i // 8 + 1}"} for i in range(96)]
    return browser.request("POST", "/json/v1/do/sample.import@1", {
        "cmd_id": str(uuid.uuid4()), "performed_at": 1764000000000000,
        "args": {"project": project, "samples": samples}})


def measure_plates(lab, browser, project):
    # each request once: more than four clients do in the time
    files = [[import_plate(browser, project, f"{c}-{k}") for k in range(400)] for c in range(CLIENTS)]
    alone = lab.pgbench(plate_limit(lab.n), CLIENTS, 3)
    rate = hammer(lab, 3, *files)
    print(f"# plate created: {rate:.1f}/s, limit {alone:.1f}/s", file=sys.stderr, flush=True)
    line("server: plate of 96 created at 100000, of the limit", "limit", rate / alone, 0.15)


def main():
    with Lab() as lab:
        browser = Session(lab, "ada")
        project = browser.do("project.create@1", {"name": "Bench"})["project"]
        rows = browser.view("lab")
        step = rows["rows"][0][rows["cols"].index("step_id")]
        queue = rows["rows"][0][rows["cols"].index("queue_id")]
        by_size = {}
        for n in sorted({10000, 100000, LARGE}):
            lab.grow(n)
            by_size[n] = measure_reads(lab, browser, n, step, queue)
            if n == 100000:
                line("server: resident after reads, of 64 MiB", "limit", lab.memory_kib() / 65536, 1, False)
                measure_plates(lab, browser, project)
        for name in (name for name in by_size[10000] if "," not in name):
            line(f"server: {name}, rate at {LARGE} to 10000", "limit", by_size[LARGE][name] / by_size[10000][name],
                 0.7)
        line(f"server: resident at {LARGE}, of 64 MiB", "limit", lab.memory_kib() / 65536, 1, False)


main()
