-- SPDX-License-Identifier: AGPL-3.0-or-later
-- How many artifacts are in each stage by status: stage_count, kept by every statement that touches
-- stage_entry and read as a sum. One row a stage would make all writers wait for each other, so each
-- connection counts in a shard of its own (decisions.md 13).

CREATE FUNCTION mns_count_stages () RETURNS trigger
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER
AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.stage_count AS c (stage_id, status, shard, n)
      SELECT stage_id, status, pg_backend_pid () % 32, count (*) FROM new_rows
       GROUP BY stage_id, status ORDER BY stage_id, status
      ON CONFLICT (stage_id, status, shard) DO UPDATE SET n = c.n + excluded.n;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO public.stage_count AS c (stage_id, status, shard, n)
      SELECT stage_id, status, pg_backend_pid () % 32, -count (*) FROM old_rows
       GROUP BY stage_id, status ORDER BY stage_id, status
      ON CONFLICT (stage_id, status, shard) DO UPDATE SET n = c.n + excluded.n;
  ELSE
    INSERT INTO public.stage_count AS c (stage_id, status, shard, n)
      SELECT e.stage_id, e.status, pg_backend_pid () % 32, sum (e.d)
        FROM (SELECT stage_id, status, 1 AS d FROM new_rows
              UNION ALL SELECT stage_id, status, -1 FROM old_rows) AS e
       GROUP BY e.stage_id, e.status HAVING sum (e.d) <> 0 ORDER BY e.stage_id, e.status
      ON CONFLICT (stage_id, status, shard) DO UPDATE SET n = c.n + excluded.n;
  END IF;
  RETURN NULL;
END
$body$;

CREATE TRIGGER count_stages_i AFTER INSERT ON stage_entry
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mns_count_stages ();
CREATE TRIGGER count_stages_u AFTER UPDATE ON stage_entry
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION mns_count_stages ();
CREATE TRIGGER count_stages_d AFTER DELETE ON stage_entry
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mns_count_stages ();

INSERT INTO stage_count (stage_id, status, shard, n)
  SELECT stage_id, status, 0, count (*) FROM stage_entry GROUP BY stage_id, status;

-- Rows that every command writes: room for the new version in the same page, so that no index is
-- written to and nobody who reads the index collides with it.
ALTER TABLE sync_client SET (fillfactor = 30);
ALTER TABLE stage_count SET (fillfactor = 50);
ALTER TABLE id_counter SET (fillfactor = 30);
