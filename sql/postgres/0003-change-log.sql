-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What the change log needs besides its triggers. Those are made from the descriptors after each
-- migration (server/store/change-log.c), so that there is one place that says what a table is.

-- Microseconds UTC, as all times.
CREATE FUNCTION mns_now () RETURNS bigint
  LANGUAGE sql VOLATILE PARALLEL SAFE
  RETURN (extract (epoch FROM clock_timestamp ()) * 1000000)::bigint;

-- The one row that says whose transaction ids these are. Renewed after a restore: ids start over in
-- a new cluster, and a cursor of the old one must not be read as one of the new.
-- "floor": changes of older transactions may have left change_log.
CREATE TABLE feed_epoch (
  one integer NOT NULL DEFAULT 1,
  id uuid NOT NULL,
  floor xid8 NOT NULL,
  made_at bigint NOT NULL,
  PRIMARY KEY (one),
  CHECK (one = 1)
);
INSERT INTO feed_epoch (id, floor, made_at)
  VALUES (gen_random_uuid (), '0', mns_now ());

-- Log lines that the feed needs no more (30 days) lie here until the audit archive takes them.
CREATE TABLE change_log_past (
  id bigint NOT NULL,
  at bigint NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id (),
  tbl integer NOT NULL,
  op text NOT NULL,
  row_id uuid NOT NULL,
  scope_before uuid,
  scope_after uuid,
  old json,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX change_log_past_by_xid ON change_log_past (xid);
CREATE INDEX change_log_past_by_row ON change_log_past (row_id);

CREATE TABLE change_log_past_rest PARTITION OF change_log_past DEFAULT;

CREATE VIEW change_history AS
  SELECT id, at, xid, tbl, op, row_id, scope_before, scope_after, old FROM change_log
  UNION ALL
  SELECT id, at, xid, tbl, op, row_id, scope_before, scope_after, old FROM change_log_past;

-- After a restore. The lines of the life before are kept, but the feed must not compare their
-- transaction ids with today's.
CREATE FUNCTION mns_renew_epoch () RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public
AS $body$
BEGIN
  WITH moved AS (DELETE FROM change_log RETURNING id, at, xid, tbl, op, row_id, scope_before, scope_after, old)
    INSERT INTO change_log_past (id, at, xid, tbl, op, row_id, scope_before, scope_after, old)
      SELECT id, at, xid, tbl, op, row_id, scope_before, scope_after, old FROM moved;
  UPDATE feed_epoch SET id = gen_random_uuid (), floor = '0', made_at = mns_now ();
END
$body$;

-- A net below the partitions that are made ahead: a clock that jumps must not stop the work.
CREATE TABLE change_log_rest PARTITION OF change_log DEFAULT;
CREATE TABLE command_log_rest PARTITION OF command_log DEFAULT;
CREATE TABLE read_log_rest PARTITION OF read_log DEFAULT;

-- A partition is made apart and then attached: that does not wait for writers. Where the net holds
-- rows of its range already, they stay there and the partition is not made.
CREATE FUNCTION mns_partition (parent text, child text, low bigint, high bigint) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public
AS $body$
BEGIN
  IF to_regclass ('public.' || quote_ident (child)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format ('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                  child, parent);
  EXECUTE format ('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
                  parent, child, low, high);
EXCEPTION
  WHEN check_violation THEN
    NULL;
END
$body$;

-- Lines older than 30 days leave change_log; a cursor from before them must start anew.
CREATE FUNCTION mns_retire_changes () RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public
AS $body$
DECLARE
  old record;
  newest xid8;
BEGIN
  FOR old IN
    SELECT c.relname AS name, pg_get_expr (c.relpartbound, c.oid) AS bound
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'public.change_log'::regclass AND c.relname ~ '^change_log_[0-9]{8}$'
       AND c.relname < 'change_log_' || to_char ((now () AT TIME ZONE 'UTC') - interval '31 days', 'YYYYMMDD')
  LOOP
    EXECUTE format ('SELECT max (xid) FROM public.%I', old.name) INTO newest;
    IF newest IS NOT NULL THEN
      UPDATE feed_epoch SET floor = newest WHERE floor < newest;
    END IF;
    EXECUTE format ('ALTER TABLE public.change_log DETACH PARTITION public.%I', old.name);
    BEGIN
      EXECUTE format ('ALTER TABLE public.change_log_past ATTACH PARTITION public.%I %s', old.name, old.bound);
    EXCEPTION
      WHEN check_violation THEN -- lines of that day came here before, by mns_renew_epoch()
        EXECUTE format ('INSERT INTO public.change_log_past SELECT id, at, xid, tbl, op, row_id, '
                        'scope_before, scope_after, old FROM public.%I', old.name);
        EXECUTE format ('DROP TABLE public.%I', old.name);
    END;
  END LOOP;
END
$body$;

-- Called at the start of a server and once a day, by the application's role: it runs as the owner.
CREATE FUNCTION mns_partitions () RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $body$
DECLARE
  today date := (now () AT TIME ZONE 'UTC')::date;
  day date;
  month date;
BEGIN
  PERFORM pg_advisory_xact_lock (120259084132197);
  FOR i IN -1 .. 14 LOOP
    day := today + i;
    PERFORM mns_partition ('change_log', 'change_log_' || to_char (day, 'YYYYMMDD'),
                           (day - date '1970-01-01')::bigint * 86400000000,
                           (day + 1 - date '1970-01-01')::bigint * 86400000000);
  END LOOP;
  FOR i IN 0 .. 2 LOOP
    month := (date_trunc ('month', today) + make_interval (months => i))::date;
    day := (month + interval '1 month')::date;
    PERFORM mns_partition (log, log || to_char (month, '_YYYYMM'),
                           (month - date '1970-01-01')::bigint * 86400000000,
                           (day - date '1970-01-01')::bigint * 86400000000)
       FROM unnest (ARRAY['command_log', 'read_log']) AS logs (log);
  END LOOP;
  PERFORM mns_retire_changes ();
END
$body$;

SELECT mns_partitions ();
