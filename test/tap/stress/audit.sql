-- What the journal should say of the shop, from two sources that know nothing of it:
--
-- 1. test.audit, filled by plain PL/pgSQL triggers beside the journal's: it lives and dies with the same savepoints.
-- 2. The rows themselves: every version names the one that it replaced, and versions are numbered as they are made.
--
-- The functions test.… return what differs, one line each: nothing if all is well.
CREATE TABLE test.audit (
    number         bigint GENERATED ALWAYS AS IDENTITY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    relation       text NOT NULL,
    operation      text NOT NULL,
    old            jsonb,
    new            jsonb,
    said           jsonb NOT NULL);

CREATE FUNCTION test.setting(name text) RETURNS text LANGUAGE sql
    RETURN nullif(current_setting('event_journal.' || name, true), '');

-- What an entry says of who acts.
CREATE FUNCTION test.actor() RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'account', coalesce(test.setting('account'), ''), 'location', test.setting('location'), 'employee', test.setting('employee'),
        'actor_kind', test.setting('actor_kind'), 'reason', test.setting('reason'), 'extra', test.setting('extra')::jsonb,
        'session_role', session_user, 'acting_role', current_user, 'application_name', current_setting('application_name'))
$$;

CREATE FUNCTION test.audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) = to_jsonb(NEW) THEN
        RETURN NULL;
    END IF;
    INSERT INTO test.audit (relation, operation, old, new, said) VALUES (TG_ARGV[0], lower(TG_OP),
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END, test.actor());
    RETURN NULL;
END
$$;
CREATE FUNCTION test.audit_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO test.audit (relation, operation, old, said) SELECT %L, ''delete'', to_jsonb(r), test.actor() '
                   'FROM ONLY %s r', TG_ARGV[0], TG_RELID::regclass);
    RETURN NULL;
END
$$;

-- Their names put them next to the journal's own triggers.
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT c.oid::regclass AS name, CASE WHEN c.relispartition THEN 'part' ELSE c.relname END AS root
             FROM pg_class c WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('CREATE TRIGGER "00_event_journal_audit" AFTER INSERT OR UPDATE OR DELETE ON %s '
                       'FOR EACH ROW EXECUTE FUNCTION test.audit_row(%L)', t.name, t.root);
        EXECUTE format('CREATE TRIGGER "00_event_journal_truncate_audit" BEFORE TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION test.audit_truncate(%L)', t.name, t.root);
    END LOOP;
END
$$;

CREATE FUNCTION test.say(object_id text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint;
BEGIN
    result := journal.log('doc.noted', 'doc', object_id, details => jsonb_build_object('text', 'said'));
    INSERT INTO test.audit (relation, operation, new, said) VALUES ('doc', 'log', jsonb_build_object('id', object_id), test.actor());
    RETURN result;
END
$$;

-- A transaction in which versions are not made in the order of commands: a statement whose expressions write, before its
-- own rows, by commands of their own. Where it waits for another transaction in between, time is not the order either.
CREATE TABLE test.unordered (transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id());

-- An index that cannot take a row now and then: an error in the middle of the journal's own insert.
CREATE FUNCTION test.refuse(id bigint) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF random() < coalesce(nullif(current_setting('test.refusals', true), ''), '0')::float THEN
        RAISE EXCEPTION 'the index refuses %', id USING ERRCODE = 'XT001';
    END IF;
    RETURN 0;
END
$$;
DO $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass LOOP
        EXECUTE format('CREATE INDEX ON %s (test.refuse(id))', month);
    END LOOP;
    CREATE INDEX ON journal.session (test.refuse(id));
    CREATE INDEX ON journal.context (test.refuse(id));
    CREATE INDEX ON journal.layout (test.refuse(id));
END
$$;
GRANT USAGE ON SCHEMA test TO PUBLIC;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA test TO PUBLIC;

-- The events that the rules of shop.sql give, as [code, reported, details]; NULL in place of details that no rule keeps.
CREATE FUNCTION test.expected_events(relation text, operation text, old jsonb, new jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    events jsonb := '[]';
    money jsonb := jsonb_build_object('state', new -> 'state', 'amount', new -> 'amount');
    state_changed boolean := old -> 'state' <> new -> 'state';
    amount_changed boolean := old -> 'amount' <> new -> 'amount';
BEGIN
    IF relation = 'doc' THEN
        CASE operation
            WHEN 'insert' THEN
                events := jsonb_build_array(jsonb_build_array('doc.created', true, money));
                IF (new ->> 'amount')::numeric > 50 THEN
                    events := events || '[["doc.big", true, null]]';
                END IF;
            WHEN 'update' THEN
                IF state_changed THEN
                    events := events || jsonb_build_array(jsonb_build_array('doc.state_changed', true, money));
                END IF;
                IF amount_changed THEN
                    events := events || '[["doc.amount_changed", true, null]]';
                END IF;
                IF (new ->> 'amount')::numeric > (old ->> 'amount')::numeric THEN
                    events := events || '[["doc.raised", true, null]]';
                END IF;
                IF state_changed AND new ->> 'state' = 'done' THEN
                    events := events || '[["doc.finished", true, null]]';
                END IF;
                -- What no rule names is an event of its own.
                IF events <> '[]' AND (test.difference(new, old) || test.difference(old, new)) - '{state,amount}'::text[] <> '{}' THEN
                    events := events || '[["doc.changed", false, null]]';
                END IF;
            WHEN 'delete' THEN
                events := jsonb_build_array(jsonb_build_array('doc.deleted', true, jsonb_build_object('note', old -> 'note')));
            WHEN 'log' THEN
                RETURN '[["doc.noted", true, {"text": "said"}]]';
        END CASE;
    ELSIF relation = 'item' AND operation = 'insert' THEN
        events := '[["item.created", true, null]]';
    END IF;
    IF events = '[]' THEN
        events := jsonb_build_array(jsonb_build_array(
            relation || CASE operation WHEN 'insert' THEN '.created' WHEN 'update' THEN '.changed' ELSE '.deleted' END,
            relation NOT IN ('doc', 'item'), null));
    END IF;
    RETURN events;
END
$$;

-- The values of one row that differ from another's.
CREATE FUNCTION test.difference(of jsonb, from_other jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(of) WHERE value IS DISTINCT FROM from_other -> key
$$;
CREATE FUNCTION test.key(relation text, value jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN relation = 'part' THEN
                    jsonb_build_array(value ->> 'id', value ->> 'region', value ->> 'size')::text
                ELSE coalesce(value ->> 'id', value ->> 'name') END
$$;

-- What the audit saw. A DELETE and an INSERT of two partitions are one update if the new version replaced the old one.
CREATE VIEW test.expected AS
WITH change AS (
    SELECT a.transaction_id, a.relation,
           CASE WHEN d.number IS NULL THEN a.operation ELSE 'update' END AS operation,
           coalesce(a.old, d.old) AS old, a.new, a.said, a.number
    FROM test.audit a
        LEFT JOIN test.audit d ON a.relation = 'part' AND a.operation = 'insert' AND d.relation = 'part' AND d.operation = 'delete'
            AND (d.old ->> 'version')::bigint = (a.new ->> 'previous')::bigint AND d.transaction_id = a.transaction_id
    WHERE NOT (a.relation = 'part' AND a.operation = 'delete' AND EXISTS (
        SELECT FROM test.audit i WHERE i.relation = 'part' AND i.operation = 'insert' AND i.transaction_id = a.transaction_id
            AND (i.new ->> 'previous')::bigint = (a.old ->> 'version')::bigint)))
SELECT number, transaction_id, relation, operation,
       jsonb_strip_nulls(said || jsonb_build_object(
           'key', test.key(relation, coalesce(new, old)),
           'previous', CASE WHEN operation = 'update' THEN nullif(test.key(relation, old), test.key(relation, new)) END,
           'document', CASE WHEN relation = 'item' THEN coalesce(new, old) ->> 'doc' END,
           'label', CASE relation WHEN 'doc' THEN coalesce(new, old) ->> 'code' WHEN 'tally' THEN coalesce(new, old) ->> 'name' END,
           'events', test.expected_events(relation, operation, old, new)))
       || CASE operation WHEN 'update' THEN jsonb_build_object('old', test.difference(old, new), 'new', test.difference(new, old))
                         WHEN 'log' THEN '{}'
                         ELSE jsonb_build_object('snapshot', coalesce(new, old)) END AS facts
FROM change;

CREATE AGGREGATE test.merge(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');

-- What the journal says, change by change.
CREATE VIEW test.recorded AS
SELECT min(e.id) AS number, e.transaction_id, e.object_type AS relation, e.operation,
       jsonb_strip_nulls(jsonb_build_object(
           'account', e.account, 'location', e.location, 'employee', e.employee, 'actor_kind', e.actor_kind, 'reason', e.reason,
           'extra', e.extra, 'session_role', e.session_role, 'acting_role', e.acting_role, 'application_name', e.application_name,
           'key', e.object_id, 'previous', e.previous_id, 'document', CASE WHEN e.object_type = 'item' THEN e.document_id END,
           'label', e.label, 'events', jsonb_agg(jsonb_build_array(e.event, e.reported, e.details) ORDER BY e.id)))
       || CASE e.operation WHEN 'update' THEN jsonb_build_object('old', test.merge(e.old ORDER BY e.id), 'new', test.merge(e.new ORDER BY e.id))
                           WHEN 'log' THEN '{}'
                           ELSE jsonb_build_object('snapshot', test.merge(e.snapshot ORDER BY e.id)) END AS facts
FROM journal.entries e
GROUP BY e.change, e.transaction_id, e.object_type, e.operation, e.account, e.location, e.employee, e.actor_kind, e.reason, e.extra,
         e.session_role, e.acting_role, e.application_name, e.object_id, e.previous_id, e.document_id, e.label, e.command, e.occurred_at;

-- Every change of the audit is in the journal, once and with all its facts, and nothing else is.
CREATE FUNCTION test.wrong_entries() RETURNS SETOF text LANGUAGE sql AS $$
    WITH expected AS MATERIALIZED (SELECT transaction_id, relation, operation, facts FROM test.expected),
         recorded AS MATERIALIZED (SELECT transaction_id, relation, operation, facts FROM test.recorded)
    SELECT 'not in the journal: ' || missing::text FROM (TABLE expected EXCEPT ALL TABLE recorded) missing
    UNION ALL
    SELECT 'only in the journal: ' || surplus::text FROM (TABLE recorded EXCEPT ALL TABLE expected) surplus
$$;

-- One line for each version made or ended, by the journal's word. Without versions: tally and what is logged.
CREATE VIEW test.step AS
SELECT row_number() OVER (ORDER BY min(occurred_at), min(id)) AS place, change, transaction_id, object_type AS relation, operation,
       min(command) AS command, min(id) AS id,
       (coalesce(test.merge(old) ->> 'version', CASE WHEN operation = 'delete' THEN test.merge(snapshot) ->> 'version' END))::bigint AS ends,
       (coalesce(test.merge(new) ->> 'version', CASE WHEN operation = 'insert' THEN test.merge(snapshot) ->> 'version' END))::bigint AS makes
FROM journal.entries WHERE object_type IN ('doc', 'item', 'node', 'part') AND operation <> 'log'
GROUP BY change, transaction_id, object_type, operation;

-- A row's changes stand in the order in which its versions were made: by time and id, and by command and id within a
-- transaction. What the last of them made is what the table holds.
CREATE FUNCTION test.wrong_order() RETURNS SETOF text LANGUAGE sql AS $$
    WITH step AS MATERIALIZED (TABLE test.step),
         held AS (SELECT 'doc' AS relation, version FROM shop.doc UNION ALL SELECT 'item', version FROM shop.item
                  UNION ALL SELECT 'node', version FROM shop.node UNION ALL SELECT 'part', version FROM shop.part),
         left_over AS (SELECT relation, makes FROM step m WHERE makes IS NOT NULL
                       AND NOT EXISTS (SELECT FROM step e WHERE e.relation = m.relation AND e.ends = m.makes))
    SELECT 'nothing made the version that was changed: ' || e::text FROM step e
    WHERE ends IS NOT NULL AND NOT EXISTS (SELECT FROM step m WHERE m.relation = e.relation AND m.makes = e.ends)
    UNION ALL
    SELECT 'before the change that it follows: ' || e::text || ' ' || m::text FROM step e JOIN step m ON m.relation = e.relation AND m.makes = e.ends
    WHERE (e.place < m.place AND NOT (e.transaction_id <> m.transaction_id AND e.id > m.id
                                      AND EXISTS (SELECT FROM test.unordered u WHERE u.transaction_id IN (e.transaction_id, m.transaction_id))))
        OR (e.transaction_id = m.transaction_id AND (e.command, e.id) < (m.command, m.id))
    UNION ALL
    SELECT 'versions out of order: ' || s.earlier::text || ' ' || s.later::text FROM (
        SELECT step AS later, makes, lag(step) OVER by_place AS earlier, lag(makes) OVER by_place AS made_earlier FROM step
        WHERE makes IS NOT NULL AND transaction_id NOT IN (SELECT transaction_id FROM test.unordered)
        WINDOW by_place AS (PARTITION BY transaction_id ORDER BY place)) s
    WHERE makes < made_earlier
    UNION ALL
    SELECT 'not what the table holds: ' || d::text
    FROM ((TABLE held EXCEPT ALL TABLE left_over) UNION ALL (TABLE left_over EXCEPT ALL TABLE held)) d
$$;

-- The tally has no versions: its entries, played one after the other, fit one another and give the table.
CREATE FUNCTION test.wrong_tally() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    e record;
    state jsonb := '{}';
    present jsonb;
BEGIN
    FOR e IN SELECT * FROM journal.entries WHERE object_type = 'tally' ORDER BY occurred_at, id LOOP
        CASE e.operation
            WHEN 'insert' THEN
                IF state ? e.object_id THEN RETURN NEXT 'inserted twice: ' || e.object_id; END IF;
                state := state || jsonb_build_object(e.object_id, e.snapshot -> 'value');
            WHEN 'update' THEN
                IF state -> e.object_id IS DISTINCT FROM e.old -> 'value' THEN
                    RETURN NEXT format('%s was %s, not %s, at entry %s', e.object_id, state -> e.object_id, e.old -> 'value', e.id);
                END IF;
                state := state || jsonb_build_object(e.object_id, e.new -> 'value');
            WHEN 'delete' THEN
                IF state -> e.object_id IS DISTINCT FROM e.snapshot -> 'value' THEN
                    RETURN NEXT format('%s was %s, not %s, at entry %s', e.object_id, state -> e.object_id, e.snapshot, e.id);
                END IF;
                state := state - e.object_id;
        END CASE;
    END LOOP;
    SELECT coalesce(jsonb_object_agg(name, value), '{}') INTO present FROM shop.tally;
    IF state <> present THEN
        RETURN NEXT format('the tally is %s, by the journal %s', present, state);
    END IF;
END
$$;

-- Entries point at rows that exist, and those of one change are alike.
CREATE FUNCTION test.wrong_references() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT 'no session: ' || e.id FROM journal.entry e WHERE NOT EXISTS (SELECT FROM journal.session s WHERE s.id = e.session)
    UNION ALL
    SELECT 'no context: ' || e.id FROM journal.entry e WHERE e.context IS NOT NULL
        AND NOT EXISTS (SELECT FROM journal.context c WHERE c.id = e.context)
    UNION ALL
    SELECT 'no layout: ' || e.id FROM journal.entry e WHERE e.layout IS NOT NULL
        AND NOT EXISTS (SELECT FROM journal.layout l WHERE l.id = e.layout)
    UNION ALL
    SELECT 'no event type: ' || e.id FROM journal.entry e WHERE NOT EXISTS (SELECT FROM journal.event_type t WHERE t.id = e.event_type)
    UNION ALL
    SELECT 'a context of two transactions: ' || min(e.id) FROM journal.entry e WHERE e.context IS NOT NULL
        GROUP BY e.context HAVING count(DISTINCT e.transaction_id) > 1
    UNION ALL
    SELECT 'a number used twice: ' || e.id FROM journal.entry e GROUP BY e.id HAVING count(*) > 1
    UNION ALL
    SELECT 'not the id of its first entry: ' || e.change FROM journal.entry e GROUP BY e.change HAVING min(e.id) <> e.change
    UNION ALL
    SELECT 'a column stored twice: ' || e.change FROM journal.entries e, jsonb_object_keys(e.new) k
        WHERE e.operation = 'update' GROUP BY e.change, k HAVING count(*) > 1
$$;

CREATE FUNCTION test.wrong() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT * FROM test.wrong_entries() UNION ALL SELECT * FROM test.wrong_order()
    UNION ALL SELECT * FROM test.wrong_tally() UNION ALL SELECT * FROM test.wrong_references()
$$;
