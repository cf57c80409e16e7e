\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
-- Plans: free has no journal, startup shows the last 30 days and leaves no choice, business shows all. A plan hides rows, it
-- deletes none.

SELECT journal.set_account('shop', 'startup', 'UTC', 'en');
SET event_journal.account = 'shop';
SET event_journal.clock = '2024-05-31 12:00:00+00';
SET TIME ZONE 'UTC';
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, object_type, object_id, relation)
SELECT number, at, '3', number, 1, 0, event, operation, true, false, 'shop', object_type, id, NULL
FROM (VALUES (1, '2024-04-01 00:00:00+00'::timestamptz, 48, 'i'::"char", 'client', '1'),
             (2, '2024-05-01 11:59:59.999999+00', 49, 'd', 'client', '1'),
             (3, '2024-05-01 12:00:00+00', 49, 'd', 'client', '2'),
             (4, '2024-05-30 00:00:00+00', 50, 'u', 'client', '3'),
             (5, '2024-06-01 00:00:00+00', 48, 'i', 'client', '4')) AS event (number, at, event, operation, object_type, id);
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA journal TO regress_reader;
GRANT SELECT ON journal.entry TO regress_reader;
GRANT EXECUTE ON FUNCTION journal.report, journal.history, journal.deleted_objects, journal.visible_since TO regress_reader;

CREATE PROCEDURE look() LANGUAGE plpgsql AS $$
DECLARE
    call text;
    shown text;
    detail text;
    hint text;
BEGIN
    FOREACH call IN ARRAY ARRAY['report()', 'report(''today'')', 'report(''custom'', ''2024-04-01'', ''2024-05-02'')',
                                'report(date_from => ''2024-01-01'')', 'report(sort => ''asc'')', 'history(''client'', ''1'')',
                                'deleted_objects()']
    LOOP
        BEGIN
            EXECUTE format('SELECT string_agg(entry::text, '' '') FROM journal.%s', call) INTO shown;
            RAISE INFO '%: %', call, shown;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            RAISE INFO '%: % %', call, SQLSTATE, concat_ws(E'\n    ', SQLERRM, nullif(detail, ''), nullif(hint, ''));
        END;
    END LOOP;
    SELECT string_agg(id::text, ' ' ORDER BY id) INTO shown FROM journal.entry;
    RAISE INFO 'the table: %', shown;
END
$$;
SET ROLE regress_reader;
CALL look();
RESET ROLE;
SELECT journal.set_account('shop', 'free');
SET ROLE regress_reader;
CALL look();
RESET ROLE;
SELECT journal.set_account('shop', 'business');
SET ROLE regress_reader;
CALL look();
RESET ROLE;

-- A cursor of the better plan is no way around the cheaper one.
SELECT page_cursor FROM journal.report(sort => 'asc', page_size => 1) \gset
SELECT page_cursor AS newest FROM journal.report(page_size => 1) \gset
SELECT entry FROM journal.report(sort => 'asc', after => :'page_cursor');
SELECT journal.set_account('shop', 'startup');
SET ROLE regress_reader;
SELECT entry FROM journal.report(sort => 'asc', after => :'page_cursor');
SELECT entry FROM journal.report(after => :'newest');
RESET ROLE;
SELECT journal.set_account('shop', 'free');
SELECT entry FROM journal.report(after => :'newest');
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
