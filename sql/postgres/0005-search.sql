-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Parts of names by trigrams, values of custom fields by their pairs, rows of a scope.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX sample_name_parts ON sample USING gin (name gin_trgm_ops);
CREATE INDEX container_name_parts ON container USING gin (name gin_trgm_ops);
CREATE INDEX project_name_parts ON project USING gin (name gin_trgm_ops);

CREATE INDEX sample_values ON sample USING gin ((fields::jsonb) jsonb_path_ops);
CREATE INDEX artifact_values ON artifact USING gin ((fields::jsonb) jsonb_path_ops);

-- 1 if whole contains part, capitals and small letters alike; the name that SQLite's store has too.
CREATE FUNCTION mns_contains (whole text, part text) RETURNS integer
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (strpos (lower (whole), lower (part)) > 0)::integer;

-- Updates of values then stay in their page.
ALTER TABLE artifact SET (fillfactor = 85);
ALTER TABLE stage_entry SET (fillfactor = 85);

CREATE INDEX file_by_scope ON file (scope_id);
CREATE INDEX external_id_by_scope ON external_id (scope_id);
CREATE INDEX note_by_scope ON note (scope_id);
CREATE INDEX print_log_by_scope ON print_log (scope_id);
