-- For tests that take transactions back.
\set ECHO none
SET client_min_messages = warning;
-- The newest transaction with entries.
CREATE FUNCTION test.last() RETURNS xid8 LANGUAGE sql AS 'SELECT transaction_id FROM journal.entry ORDER BY id DESC LIMIT 1';
-- Runs a function and says what it is refused with; numbers, which may vary, as N.
CREATE FUNCTION test.try(command text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    code text; message text; detail text; hint text;
BEGIN
    RETURN QUERY EXECUTE format('SELECT regexp_replace(concat_ws('' '', object_type, object_id, action, outcome, detail), '
        '''transaction \d+ \(([^,]*), [^)]*\)'', ''T (\1)'', ''g'') FROM %s', command);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    message := regexp_replace(message, '(transaction|entry) \d+', '\1 N', 'g');
    detail := regexp_replace(regexp_replace(detail, '(transaction|entry) \d+', '\1 N', 'g'), '\d{4}-\d\d-\d\d [0-9:.]+( [A-Z]+|[+-][0-9:]+)', 'TIME', 'g');
    RETURN NEXT format('%s: %s', code, message);
    IF detail <> '' THEN RETURN NEXT '  DETAIL: ' || detail; END IF;
    IF hint <> '' THEN RETURN NEXT '  HINT: ' || regexp_replace(hint, '(transaction|entry|of) \d+', '\1 N', 'g'); END IF;
END
$$;
RESET client_min_messages;
\set ECHO all
