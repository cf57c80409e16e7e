-- For tests of what is recorded: test.recorded() gives the entries since it was last asked, in the order of
-- (occurred_at, id), without times and ids that vary. change counts the changes, "-" marks what a report leaves out.
\set ECHO none
SET client_min_messages = warning;
CREATE SCHEMA test;
CREATE TABLE test.mark (entry bigint NOT NULL);
INSERT INTO test.mark VALUES (0);
CREATE FUNCTION test.recorded() RETURNS TABLE (change bigint, event text, object text, data text, details jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    last bigint := (SELECT max(mark.entry) FROM test.mark);
BEGIN
    UPDATE test.mark SET entry = coalesce((SELECT max(e.id) FROM journal.entry e), 0);
    RETURN QUERY
        SELECT dense_rank() OVER (ORDER BY f.first_at, e.change),
               e.event || CASE WHEN e.reported THEN '' ELSE ' -' END,
               coalesce(e.previous_id || '->', '') || coalesce(e.object_id, '') || coalesce(' "' || e.label || '"', ''),
               CASE e.operation WHEN 'update' THEN coalesce(e.old::text, 'unknown') || ' -> ' || e.new::text
                                ELSE left(e.operation, 1) || ' ' || coalesce(e.snapshot::text, '') END,
               e.details
        FROM journal.entries e
            JOIN (SELECT c.change, min(c.occurred_at) AS first_at FROM journal.entry c GROUP BY c.change) f ON f.change = e.change
        WHERE e.id > last ORDER BY e.occurred_at, e.id;
END
$$;
RESET client_min_messages;
\set ECHO all
