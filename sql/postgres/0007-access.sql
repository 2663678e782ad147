-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What the server's rooms need beyond the first sketch of their tables.

-- Set by an administrator: to be changed before the next signature.
ALTER TABLE credential ADD COLUMN must_change integer NOT NULL DEFAULT 0;
ALTER TABLE credential ADD CHECK (must_change IN (0, 1));

-- Days back that a device's automatic projects reach; when they were last looked for.
ALTER TABLE sync_client ADD COLUMN window_days integer NOT NULL DEFAULT 90;

-- A scope stays here when a device gives it up, so that a pull from before can be told:
-- held from revision since until revision ended; chosen by a person, not by the window.
ALTER TABLE sync_scope ADD COLUMN ended bigint;
ALTER TABLE sync_scope ADD COLUMN last_ended bigint NOT NULL DEFAULT 0;
ALTER TABLE sync_scope ADD COLUMN chosen integer NOT NULL DEFAULT 0;

-- Commands during which a server died, and how often (decisions.md 9).
CREATE TABLE command_attempt (
  id uuid NOT NULL,
  deaths integer NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (id)
);

-- What came in after a restore and waits for an administrator's word (decisions.md 10).
CREATE TABLE restore_state (
  one integer NOT NULL DEFAULT 1,
  journals text NOT NULL,
  restored_at bigint NOT NULL,
  PRIMARY KEY (one),
  CHECK (one = 1),
  CHECK (journals IN ('ASK', 'ALL', 'NONE'))
);
CREATE TABLE journal_waiting (
  client_id uuid NOT NULL,
  n bigint NOT NULL,
  command_id uuid NOT NULL,
  person_id uuid NOT NULL,
  command text NOT NULL,
  performed_at bigint,
  seen_at bigint NOT NULL,
  PRIMARY KEY (client_id, n)
);

-- Who may read a file is asked by its content.
CREATE INDEX file_by_sha256 ON file (sha256) WHERE sha256 IS NOT NULL;
