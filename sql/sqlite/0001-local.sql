-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What only a device has, beside the synced tables of sql/shared. The base image tables and the
-- capture triggers are generated from the descriptors (sync/client/schema.c).

-- Commands. state: 0 waiting, 1 sent, 2 decided (the journal, kept until the server says that they
-- are durable). predicted: MnsOutcome of the last local run. body: the command as it travels.
CREATE TABLE outbox (
  n INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
  cmd TEXT NOT NULL,
  body TEXT NOT NULL,
  state INTEGER NOT NULL,
  predicted INTEGER NOT NULL,
  reason TEXT,
  created INTEGER NOT NULL,
  decided INTEGER,
  sent INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_undecided ON outbox (n) WHERE state < 2;

-- One row. cursor: opaque, null before the first sync. skew_us: server minus this clock, measured
-- at skew_at. last_time: the largest claimed time so far, for a claimed time never goes back.
CREATE TABLE sync_meta (
  only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  cursor TEXT,
  epoch TEXT,
  next_n INTEGER NOT NULL,
  last_n INTEGER NOT NULL,
  durable_n INTEGER NOT NULL,
  schema INTEGER NOT NULL,
  client BLOB NOT NULL,
  person BLOB NOT NULL,
  person_name TEXT NOT NULL,
  scopes_rev INTEGER NOT NULL,
  scopes TEXT,
  window_days INTEGER NOT NULL,
  commands TEXT,
  last_sync INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  skew_us INTEGER NOT NULL,
  skew_at INTEGER NOT NULL
) STRICT;

-- Files by content. state: 0 waiting, 1 partly sent, 2 stored on the server. path is relative to
-- the replica's folder.
CREATE TABLE blob_local (
  sha256 BLOB NOT NULL PRIMARY KEY,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  state INTEGER NOT NULL,
  offset INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- Leased LIMS ids: numbers from next_no to last_no are still free. prefix goes before the number.
CREATE TABLE id_lease (
  block BLOB NOT NULL PRIMARY KEY,
  class TEXT NOT NULL,
  owner BLOB,
  prefix TEXT NOT NULL,
  next_no INTEGER NOT NULL,
  last_no INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX id_lease_by_class ON id_lease (class, owner, next_no);

-- What to lease at the next sync, for an id of this class had to be made up.
CREATE TABLE id_wanted (
  class TEXT NOT NULL,
  owner BLOB NOT NULL,
  PRIMARY KEY (class, owner)
) WITHOUT ROWID, STRICT;

-- Names for the search index, and the index: matches any part of a name from three characters on.
CREATE TABLE search_name (
  k INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  id BLOB NOT NULL,
  tbl TEXT NOT NULL
) STRICT;
CREATE INDEX search_name_by_id ON search_name (id);
CREATE VIRTUAL TABLE search_text USING fts5 (
  name, id UNINDEXED, tbl UNINDEXED,
  content = 'search_name', content_rowid = 'k', tokenize = 'trigram'
);
