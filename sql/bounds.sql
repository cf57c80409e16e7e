\i test/regress/fresh.sql
-- What is given to the journal's functions has bounds, and a table that does not exist is named in a clear error.
\set VERBOSITY terse
CREATE TABLE t (id integer PRIMARY KEY, name text);
SELECT journal.track('t');
INSERT INTO t VALUES (1, 'a');
SELECT max(id) AS entry, max(transaction_id) AS transaction FROM journal.entries \gset

SELECT journal.set_context(reason => repeat('r', 10001));
SELECT journal.set_context(employee => repeat('e', 1001));
SELECT journal.set_context(location => repeat('l', 1001));
SELECT journal.set_context(account => repeat('a', 1001));
SELECT journal.set_context(extra => to_jsonb(repeat('x', 100001)));
SELECT journal.log('user.logged_in', label => repeat('l', 10001));
SELECT journal.log('user.logged_in', location => repeat('l', 1001));
SELECT journal.log('user.logged_in', details => to_jsonb(repeat('d', 1000001)));
SELECT journal.log('user.logged_in', links => jsonb_build_array(repeat('d', 1000001)));
SELECT journal.restore(:entry, reason => repeat('r', 10001));
SELECT journal.restore_all(ARRAY[:entry], reason => repeat('r', 10001));
SELECT journal.undo(:'transaction', reason => repeat('r', 10001));
SELECT journal.revert(:entry, reason => repeat('r', 10001));
SELECT journal.mark(repeat('m', 1001));
SELECT journal.add_rule('t', 't.changed', 'update', condition => repeat('(', 10001));
-- By SET, too. (The message holds the value.)
DO $$
DECLARE
    setting text;
    detail text;
BEGIN
    FOREACH setting IN ARRAY ARRAY['reason', 'employee', 'location', 'extra'] LOOP
        BEGIN
            PERFORM set_config('event_journal.' || setting, to_jsonb(repeat('x', 100001))::text, true);
            RAISE NOTICE '%: accepted', setting;
        EXCEPTION WHEN invalid_parameter_value THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
            RAISE NOTICE '%: %', setting, detail;
        END;
    END LOOP;
END
$$;
-- What keeps to them is kept as it is.
BEGIN;
SELECT journal.set_context(reason => repeat('я', 5000), employee => repeat('e', 1000), extra => to_jsonb(repeat('x', 90000)));
INSERT INTO t VALUES (2, 'b');
SELECT length(reason), length(employee), length(extra #>> '{}') FROM journal.entries WHERE object_id = '2';
COMMIT;

-- Tables that do not exist: every function that takes one.
\set VERBOSITY default
DO $$
DECLARE
    function record;
    argument text;
    call text;
    told text;
BEGIN
    FOR function IN
        SELECT oid, proname, CASE proname WHEN 'add_rule' THEN ', ''t.changed'', ''update''' WHEN 'row_as_of' THEN ', ''1'', now()'
                             WHEN 'month_may_hold' THEN ', ''''' END AS rest
        FROM pg_proc WHERE pronamespace = 'journal'::regnamespace AND proargtypes[0] = 'regclass'::regtype ORDER BY proname
    LOOP
        FOREACH argument IN ARRAY ARRAY['0', '4000000000'] LOOP
            call := format('SELECT journal.%I(%s::regclass%s)', function.proname, argument, function.rest);
            BEGIN
                EXECUTE call;
                RAISE NOTICE '%: no error', call;
            EXCEPTION WHEN OTHERS THEN
                RAISE NOTICE '%: % %', call, SQLSTATE, SQLERRM;
            END;
        END LOOP;
    END LOOP;
END
$$;
SELECT journal.track(0::regclass);
SELECT journal.track(NULL);
