-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Functions that both stores have under one name (sync/store registers them in SQLite).

-- 1 if whole contains part, capitals and small letters alike; null where whole is null.
CREATE FUNCTION mns_contains (whole text, part text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN strpos (lower (whole), lower (part)) > 0 THEN 1 ELSE 0 END WHERE whole IS NOT NULL $$;
