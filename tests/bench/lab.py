# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server with a private cluster for the benches that are driven by Python, and a lab of any size in it.

The rows are laid in by the administrator with triggers off, as a restored backup would be; what the
triggers keep (counters) is made afterwards. Ids are numbered: kind and number, see rid().
"""
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

BUILD = os.environ["MNS_BUILD"]
SOURCE = os.environ["MNS_SOURCE"]
PASSWORD = "Bench-work 2026"
# A busy machine takes minutes to lay in a million; another number is named in every line.
LARGE = int(os.environ.get("MNS_BENCH_LARGE", "1000000"))
SAMPLE, ARTIFACT, CONTAINER, PROJECT = 1, 2, 3, 4


def line(name, kind, ratio, bar, least=True, note=None):
    row = {"name": name, "kind": kind, "ratio": round(ratio, 3), "bar": bar,
           "holds": ratio >= bar if least else ratio <= bar}
    if note:
        row["note"] = note
    print(json.dumps(row), flush=True)


def rid(kind, n):
    return f"0198{n >> 16 & 0xffff:04x}-{n & 0xffff:04x}-7000-8000-0000000000{kind:02x}"


# The same in SQL; i is a number.
def sql_id(kind, i):
    return (f"('0198' || lpad(to_hex({i}), 8, '0') || '700080000000000000{kind:02x}')::uuid")


# One project of 1,000 samples, plates of 96; a tenth waits, spread over the stages.
ROWS = [
    ("project", 1000, f"{sql_id(PROJECT, 'i')}, 'B' || i, 'Project ' || i, 'project ' || i, j.account_id, "
     "j.person_id, j.priority, j.open_date, NULL, NULL, '{}', NULL, j.created_at, j.created_by, j.changed_at "
     "FROM n, (SELECT * FROM project WHERE name = 'Bench') j"),
    ("container", 96, f"{sql_id(CONTAINER, 'i')}, '27-' || (900000 + i), t.id, 'Plate ' || i, 'plate ' || i, "
     "'POPULATED', '{}', NULL, 1764000000000000, 1764000000000000 "
     "FROM n, (SELECT id FROM container_type WHERE name = '96 well plate') t"),
    ("sample", 1, f"{sql_id(SAMPLE, 'i')}, 'B' || i / 1000 || 'A' || i % 1000 + 1, {sql_id(PROJECT, 'i / 1000')}, "
     f"{sql_id(PROJECT, 'i / 1000')}, NULL, {sql_id(ARTIFACT, 'i')}, 'Mouse-' || i || '-liver', "
     "'mouse-' || i || '-liver', j.person_id, '2026-11-01', NULL, ('{\"f3\":' || i % 500 || '.5,\"f4\":50}')::json, NULL, "
     "j.created_at, j.created_by, j.changed_at FROM n, (SELECT * FROM project WHERE name = 'Bench') j"),
    ("artifact", 1, f"{sql_id(ARTIFACT, 'i')}, 'B' || i / 1000 || 'A' || i % 1000 + 1 || 'PA1', "
     f"{sql_id(PROJECT, 'i / 1000')}, 'ROOT', NULL, 0, {sql_id(ARTIFACT, 'i')}, 'Mouse-' || i || '-liver', "
     "'mouse-' || i || '-liver', 'UNKNOWN', 1, 0, NULL, NULL, j.created_at, j.changed_at "
     "FROM n, (SELECT * FROM project WHERE name = 'Bench') j"),
    ("content", 1, f"{sql_id(ARTIFACT, 'i')}, 0, {sql_id(SAMPLE, 'i')}, NULL FROM n"),
    ("placement", 1, f"{sql_id(CONTAINER, 'i / 96')}, i % 96 % 8, i % 96 / 8, {sql_id(ARTIFACT, 'i')} FROM n"),
    ("stage_entry", 1, f"{sql_id(ARTIFACT, 'i')}, 0, g.id, g.queue_id, "
     "CASE WHEN i % 10 = 0 THEN 'QUEUED' ELSE 'COMPLETE' END, 5, 1764000000000000 + i, NULL, NULL, "
     "CASE WHEN i % 10 = 0 THEN NULL ELSE 1764000000000001 + i END FROM n "
     "JOIN (SELECT id, queue_id, row_number() OVER (ORDER BY id) - 1 AS k, count(*) OVER () AS c FROM stage "
     "WHERE step_id IS NOT NULL AND archived = 0) g ON g.k = i / 10 % g.c"),
]


class Lab:
    def __init__(self, durable=False):
        self.dir = tempfile.mkdtemp(prefix="mns-bench-")
        os.chmod(self.dir, 0o711)
        self.state = os.path.join(self.dir, "server")
        self.n = 0
        command = [f"{BUILD}/server/meniscus-server", "--state", self.state, "--listen", "127.0.0.1:0"]
        if not durable:
            command.append("--throwaway")
        self.log = open(os.path.join(self.dir, "log"), "w")
        self.durable = durable
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        word, self.url = self.server.stdout.readline().split()
        assert word == "ready"
        self.host = self.url.split("//")[1]
        self.password_file = os.path.join(self.dir, "password")
        with open(self.password_file, "w") as file:
            file.write(PASSWORD + "\n")
        self.ctl("config", "import", f"{SOURCE}/data/demo/demo.json")
        for user, role in (("ada", "System Administrator"), ("mira", "Researcher")):
            self.ctl("user", "add", user, "--role", role, "--password-file", self.password_file)
        with open(os.path.join(self.state, "database.json")) as file:
            self.owner = json.load(file)["owner"]
        self.admin = re.sub(r"user=\S+", "user=meniscus_admin", self.owner)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.server.terminate()
        try:
            self.server.wait(30)
        except subprocess.TimeoutExpired:
            self.server.kill()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def ctl(self, *words):
        extra = [] if self.durable else ["--throwaway"]
        done = subprocess.run([f"{BUILD}/server/admin/meniscusctl", *extra, "--state", self.state, *words],
                              capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    # ---- the database ----

    def tool(self, name):
        found = sorted(p for p in (f"/usr/lib/postgresql/{v}/bin/{name}" for v in range(15, 20)) if os.path.exists(p))
        return found[-1]

    def sql(self, text, admin=False):
        done = subprocess.run([self.tool("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d",
                               self.admin if admin else self.owner], input=text, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout.strip()

    def pgbench(self, script, clients=4, seconds=3, threads=2):
        path = os.path.join(self.dir, "script.sql")
        with open(path, "w") as file:
            file.write(script)
        # a scan of a small table would lock all of it against the other writers
        env = {**os.environ, "PGOPTIONS": "-c enable_seqscan=off"}
        done = subprocess.run([self.tool("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(threads),
                               "-T", str(seconds), "--max-tries=10", "-f", path, self.owner],
                              capture_output=True, text=True, env=env)
        if done.returncode:
            raise SystemExit(done.stderr)
        return float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))

    def grow(self, n):
        """Makes samples up to n, and statistics of all."""
        text = ["SET session_replication_role = replica; SET maintenance_work_mem = '512MB';",
                "SET synchronous_commit = off;"]
        bulk = n - self.n > 50000
        gin = ["sample_name_parts", "container_name_parts", "project_name_parts", "sample_values", "artifact_values"]
        made = {}
        if bulk:
            for index in gin:
                made[index] = self.sql(f"SELECT indexdef FROM pg_indexes WHERE indexname = '{index}'")
                text.append(f"DROP INDEX {index};")
        for table, divisor, select in ROWS:
            first, last = -(-self.n // divisor), -(-n // divisor)
            text.append(f"WITH n AS (SELECT i FROM generate_series({first}::bigint, {last - 1}) i) "
                        f"INSERT INTO {table} SELECT {select};")
        text += [definition + ";" for definition in made.values() if definition]
        text.append("DELETE FROM stage_count; INSERT INTO stage_count SELECT stage_id, status, 0, count(*) "
                    "FROM stage_entry GROUP BY stage_id, status; ANALYZE;")
        self.sql("\n".join(text), admin=True)
        self.sql("VACUUM ANALYZE sample, artifact, content, placement, stage_entry, container, project", admin=True)
        self.n = n

    # ---- the server ----

    def ask(self, method, path, body=None, headers=None):
        link = http.client.HTTPConnection(self.host, timeout=60)
        link.request(method, path, json.dumps(body) if body is not None else None,
                     {"Content-Type": "application/json", **(headers or {})})
        answer = link.getresponse()
        text = answer.read()
        return answer.status, dict(answer.getheaders()), text

    def memory_kib(self, which="VmHWM"):
        with open(f"/proc/{self.server.pid}/status") as file:
            return int(re.search(which + r":\s*(\d+)", file.read()).group(1))

    def mns(self, state, *words, timeout=300):
        done = subprocess.run([f"{BUILD}/sync/cli/mns", "--state", state, *words], capture_output=True, text=True,
                              timeout=timeout)
        if done.returncode:
            raise SystemExit(f"mns {words}: {done.stdout}{done.stderr}")
        return done.stdout


def timed(function, *args):
    start = time.monotonic()
    result = function(*args)
    return time.monotonic() - start, result
