-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Tables that only the server has. Logs are partitioned by time; the server makes the partitions.

-- People and access

CREATE TABLE credential (
  person_id uuid NOT NULL,
  hash text,
  ldap_dn text,
  failures integer NOT NULL,
  locked_until bigint,
  changed_at bigint NOT NULL,
  PRIMARY KEY (person_id)
);

CREATE TABLE login (
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  kind text NOT NULL,
  token_sha256 bytea NOT NULL,
  client_id uuid,
  address text,
  seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  revoked_at bigint,
  created_at bigint NOT NULL,
  PRIMARY KEY (id),
  CHECK (kind IN ('WEB', 'DEVICE', 'RESET', 'JOB', 'PORTAL'))
);
CREATE UNIQUE INDEX login_token_sha256 ON login (token_sha256);
CREATE INDEX login_by_person ON login (person_id);

-- Sync

CREATE TABLE sync_client (
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  device text NOT NULL,
  app text NOT NULL,
  last_n bigint NOT NULL,
  durable_n bigint NOT NULL,
  scopes_revision bigint NOT NULL,
  may_hold_phi integer NOT NULL,
  seen_at bigint NOT NULL,
  revoked_at bigint,
  PRIMARY KEY (id),
  CHECK (may_hold_phi IN (0, 1))
);
CREATE INDEX sync_client_by_person ON sync_client (person_id);

CREATE TABLE sync_scope (
  client_id uuid NOT NULL,
  scope_id uuid NOT NULL,
  since bigint NOT NULL,
  PRIMARY KEY (client_id, scope_id)
);

-- Only on the server

CREATE TABLE command_log (
  id uuid NOT NULL,
  recorded_at bigint NOT NULL,
  xid xid8 NOT NULL,
  client_id uuid,
  n bigint,
  person_id uuid NOT NULL,
  source text NOT NULL,
  command text NOT NULL,
  body json NOT NULL,
  outcome text NOT NULL,
  result json,
  summary text,
  reason text,
  performed_at bigint,
  skew_us bigint,
  PRIMARY KEY (id, recorded_at),
  CHECK (source IN ('DESKTOP', 'WEB', 'API', 'WORKER', 'INGEST', 'SYSTEM')),
  CHECK (outcome IN ('OK', 'CONFLICT', 'DENIED', 'INVALID', 'ERROR'))
) PARTITION BY RANGE (recorded_at);
CREATE INDEX command_log_by_client_n ON command_log (client_id, n);
CREATE INDEX command_log_by_xid ON command_log (xid);
CREATE INDEX command_log_by_person_recorded_at ON command_log (person_id, recorded_at);

CREATE TABLE change_log (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at bigint NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  tbl integer NOT NULL,
  op text NOT NULL,
  row_id uuid NOT NULL,
  scope_before uuid,
  scope_after uuid,
  old json,
  PRIMARY KEY (id, at),
  CHECK (op IN ('I', 'U', 'D'))
) PARTITION BY RANGE (at);
CREATE INDEX change_log_by_xid ON change_log (xid);
CREATE INDEX change_log_by_row ON change_log (row_id);

CREATE TABLE seal (
  k bigint NOT NULL,
  first_id bigint NOT NULL,
  last_id bigint NOT NULL,
  merkle_root bytea NOT NULL,
  sha256 bytea NOT NULL,
  made_at bigint NOT NULL,
  PRIMARY KEY (k)
);

CREATE TABLE stage_count (
  stage_id uuid NOT NULL,
  status text NOT NULL,
  shard integer NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (stage_id, status, shard)
);

CREATE TABLE id_counter (
  class text NOT NULL,
  owner_id uuid NOT NULL,
  next bigint NOT NULL,
  PRIMARY KEY (class, owner_id)
);

CREATE TABLE automation_job (
  id uuid NOT NULL,
  automation_id uuid NOT NULL,
  channel text NOT NULL,
  step_run_id uuid,
  project_id uuid,
  point text,
  position integer NOT NULL,
  argument json,
  command_line text NOT NULL,
  state text NOT NULL,
  requested_by uuid NOT NULL,
  requested_at bigint NOT NULL,
  started_at bigint,
  ended_at bigint,
  worker_id uuid,
  heartbeat_at bigint,
  lease_until bigint,
  attempt integer NOT NULL,
  exit_code integer,
  message text,
  PRIMARY KEY (id),
  CHECK (state IN ('QUEUED', 'RUNNING', 'OK', 'WARNING', 'ERROR', 'LOST', 'CANCELLED'))
);
CREATE UNIQUE INDEX automation_job_step_run_id ON automation_job (step_run_id) WHERE state = 'RUNNING';
CREATE INDEX automation_job_by_channel_requested_at ON automation_job (channel, requested_at) WHERE state = 'QUEUED';
CREATE INDEX automation_job_by_step_run ON automation_job (step_run_id);

CREATE TABLE worker (
  id uuid NOT NULL,
  name text NOT NULL,
  channels json NOT NULL,
  version text NOT NULL,
  seen_at bigint NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX worker_name ON worker (name);

CREATE TABLE blob (
  sha256 bytea NOT NULL,
  size bigint NOT NULL,
  stored_at bigint,
  backend text NOT NULL,
  PRIMARY KEY (sha256)
);

CREATE TABLE upload (
  id uuid NOT NULL,
  sha256 bytea NOT NULL,
  size bigint NOT NULL,
  received bigint NOT NULL,
  client_id uuid,
  started_at bigint NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE read_log (
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  object text NOT NULL,
  object_id uuid NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);

CREATE TABLE usage_count (
  day text NOT NULL,
  person_hash text NOT NULL,
  action text NOT NULL,
  page text NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (day, person_hash, action, page)
);

CREATE TABLE usage_package (
  id uuid NOT NULL,
  made_at bigint NOT NULL,
  body text NOT NULL,
  sent_at bigint,
  PRIMARY KEY (id)
);

CREATE TABLE account_request (
  id uuid NOT NULL,
  email text NOT NULL,
  body json NOT NULL,
  state text NOT NULL,
  requested_at bigint NOT NULL,
  decided_by uuid,
  decided_at bigint,
  reason text,
  PRIMARY KEY (id),
  CHECK (state IN ('OPEN', 'APPROVED', 'DENIED'))
);

CREATE TABLE mail (
  id uuid NOT NULL,
  recipient text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  state text NOT NULL,
  attempt integer NOT NULL,
  next_at bigint NOT NULL,
  PRIMARY KEY (id),
  CHECK (state IN ('QUEUED', 'SENT', 'FAILED'))
);
CREATE INDEX mail_by_next_at ON mail (next_at) WHERE state = 'QUEUED';
