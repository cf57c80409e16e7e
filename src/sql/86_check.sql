-- What an administrator should know: journal.check(), put together from one function for each subject. They read catalogues and
-- the journal's tables, no row of an application's table, and are called as the extension's owner by journal.check()
-- alone. A remedy that ends with a semicolon is a command.

-- The triggers of tracked tables, of their partitions and children, and of tables of which names are kept.
CREATE FUNCTION journal.check_triggers()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
WITH RECURSIVE member AS (
    SELECT t.relation::oid AS root, c.oid, c.relkind, t.capture, t.always
    FROM journal.tracked_relation t JOIN pg_catalog.pg_class c ON c.oid = t.relation
    WHERE t.capture <> 'none'
    UNION
    SELECT m.root, c.oid, c.relkind, m.capture, m.always
    FROM member m JOIN pg_catalog.pg_inherits i ON i.inhparent = m.oid AND m.capture = 'events'
        JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
), wanted (relkind, capture, name, function, type) AS (VALUES
    ('r'::"char", NULL, '00_event_journal', 'journal.capture()'::regprocedure, 29),
    ('r', NULL, '00_event_journal_truncate', 'journal.capture_truncate()', 34),
    ('p', 'events', '00_event_journal_moved', 'journal.capture_moved()', 16),
    ('p', 'labels', '00_event_journal', 'journal.capture()', 29)
), found AS (
    SELECT m.oid::regclass::text AS relation, m.always, w.name, w.type, w.function, g.oid AS trigger, g.tgname, g.tgenabled,
           g.tgtype, g.tgqual, g.tgattr, o.oid IS NOT NULL AS name_is_taken
    FROM member m JOIN wanted w ON w.relkind = m.relkind AND coalesce(w.capture, m.capture) = m.capture
        LEFT JOIN pg_catalog.pg_trigger g ON g.tgrelid = m.oid AND g.tgfoid = w.function
        LEFT JOIN pg_catalog.pg_trigger o ON o.tgrelid = m.oid AND o.tgname = w.name AND o.tgfoid <> w.function
)
SELECT 'error', 'trigger missing', relation,
       format('its changes are not recorded: it has no trigger that calls %s', function),
       CASE WHEN name_is_taken
            THEN format('ALTER TRIGGER %I ON %s RENAME TO %I; ', name, relation, 'not_' || name) ELSE '' END
       || 'SELECT journal.take_over(NULL);'
FROM found WHERE trigger IS NULL
UNION ALL
SELECT 'error', 'trigger disabled', relation, format('its changes are not recorded: trigger %I is disabled', tgname),
       format('ALTER TABLE %s ENABLE %sTRIGGER %I;', relation, CASE WHEN always THEN 'ALWAYS ' ELSE '' END, tgname)
FROM found WHERE tgenabled IN ('D', 'R')
UNION ALL
SELECT 'error', 'trigger not always', relation,
       format('it is tracked always, but trigger %I does not fire for what replication applies', tgname),
       format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I;', relation, tgname)
FROM found WHERE always AND tgenabled = 'O'
UNION ALL
SELECT 'error', 'trigger replaced', relation,
       format('trigger %I was made anew, for other operations or under a condition: not every change is recorded', tgname),
       format('DROP TRIGGER %I ON %s; SELECT journal.take_over(NULL);', tgname, relation)
FROM found WHERE trigger IS NOT NULL AND (tgtype <> type OR tgqual IS NOT NULL OR tgattr::text <> '')
UNION ALL
SELECT 'warning', 'foreign table', oid::regclass::text,
       format('a part of %s, of whose rows nothing is recorded: others change them on their own server', root::regclass),
       'Detach it, and track the table itself on the server that has it.'
FROM member WHERE relkind = 'f';
END;
COMMENT ON FUNCTION journal.check_triggers() IS 'what journal.check says of the triggers on tracked tables';

CREATE FUNCTION journal.has_exact_text(type regtype) RETURNS boolean
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_has_exact_text';
COMMENT ON FUNCTION journal.has_exact_text(regtype) IS
    'whether the text form of every value of a type is known to read back to that value';

-- The tables themselves, and their neighbours.
CREATE FUNCTION journal.check_tables()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT 'error', 'table gone', t.relation_name,
       'the table was dropped while the journal''s event triggers were off; a table that has its name now is another one',
       format('DELETE FROM journal.event_rule WHERE relation = %s; '
              'UPDATE journal.tracked_relation SET relation = NULL, capture = ''none'' WHERE id = %1$s;', t.id)
FROM journal.tracked_relation t
WHERE t.relation IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = t.relation)
UNION ALL
SELECT 'error', 'table renamed', format('%I.%I', n.nspname, c.relname),
       format('the journal knows it as %s, which is %s', t.relation_name,
              CASE WHEN to_regclass(t.relation_name) IS NULL THEN 'no table now' ELSE 'another table now' END),
       format('UPDATE journal.tracked_relation SET relation_name = %L WHERE id = %s;',
              format('%I.%I', n.nspname, c.relname), t.id)
FROM journal.tracked_relation t JOIN pg_catalog.pg_class c ON c.oid = t.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE t.relation_name <> format('%I.%I', n.nspname, c.relname)
UNION ALL
SELECT 'warning', 'no key', t.relation_name,
       'without a key nobody can tell its rows apart: they have no history of their own and are not restored',
       'Give it a primary key.'
FROM journal.tracked_relation t JOIN pg_catalog.pg_class c ON c.oid = t.relation
WHERE t.capture = 'events' AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND i.indisvalid AND (i.indisprimary
        OR i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]) AND NOT a.attnotnull)))
UNION ALL
SELECT 'warning', 'unlogged', t.relation_name, 'it is emptied after a crash, of which nothing is recorded',
       format('ALTER TABLE %s SET LOGGED;', c.oid::regclass)
FROM journal.tracked_relation t JOIN pg_catalog.pg_class c ON c.oid = t.relation
WHERE t.capture = 'events' AND c.relpersistence = 'u'
UNION ALL
SELECT 'notice', 'text form not exact', format('%s, column %I', t.relation_name, a.attname),
       format('nobody knows whether what type %s writes reads back: each value is tried as it is recorded, and one that does not '
              'come back is kept in binary form', pg_catalog.format_type(a.atttypid, NULL)),
       'Nothing; writing the table costs more.'
FROM journal.tracked_relation t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.relation
WHERE t.capture = 'events' AND a.attnum > 0 AND NOT a.attisdropped AND NOT journal.has_exact_text(a.atttypid)
UNION ALL
SELECT 'notice', 'not tracked', c.oid::regclass::text, 'other tables of its schema are tracked, this one is not',
       format('SELECT journal.track(%L);', c.oid::regclass)
FROM pg_catalog.pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND EXISTS (SELECT FROM journal.tracked_relation t JOIN pg_catalog.pg_class o ON o.oid = t.relation
              WHERE t.capture = 'events' AND o.relnamespace = c.relnamespace)
  AND NOT EXISTS (SELECT FROM journal.tracked_relation t WHERE t.relation = c.oid AND t.capture = 'events')
UNION ALL
SELECT 'notice', 'code of its owner', t.relation_name,
       format('role %I, no superuser, has put code into it (%s), which runs with that role''s rights where the journal looks '
              'rows up for others', o.rolname, concat_ws(', ', CASE WHEN code.indexes THEN 'index expressions' END,
                                                        CASE WHEN code.statistics THEN 'statistics' END,
                                                        CASE WHEN code.policies THEN 'policies' END)),
       'Nothing; or, if everybody trusts that role, name it in journal.trusted_owner.'
FROM journal.tracked_relation t JOIN pg_catalog.pg_class c ON c.oid = t.relation
    JOIN pg_catalog.pg_roles o ON o.oid = c.relowner AND NOT o.rolsuper
    CROSS JOIN LATERAL (SELECT
        EXISTS (SELECT FROM pg_catalog.pg_index i
                WHERE i.indrelid = c.oid AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)) AS indexes,
        EXISTS (SELECT FROM pg_catalog.pg_statistic_ext s
                WHERE s.stxrelid = c.oid AND s.stxexprs IS NOT NULL) AS statistics,
        EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid) AS policies) code
WHERE t.capture <> 'none' AND (code.indexes OR code.statistics OR code.policies)
  AND NOT EXISTS (SELECT FROM journal.trusted_owner k WHERE k.owner = c.relowner);
END;
COMMENT ON FUNCTION journal.check_tables() IS 'what journal.check says of tracked tables and their neighbours';

-- The months of the journal, in UTC.
CREATE FUNCTION journal.check_months()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT 'warning', 'month not made', 'journal.' || m.name,
       'its entries go to journal.entry_default, from which they have to be moved', 'SELECT journal.maintain();'
FROM (SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month', '"entry_"YYYY_MM') AS name
      FROM generate_series(0, 1) n) m
WHERE EXISTS (SELECT FROM journal.tracked_relation WHERE capture = 'events')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
                  WHERE i.inhparent = 'journal.entry'::regclass AND c.relname = m.name)
UNION ALL
SELECT 'error', 'month detached', format('journal.%I', c.relname),
       'no report shows its entries, and the past before its end is unknown',
       format('ALTER TABLE journal.entry ATTACH PARTITION journal.%I FOR VALUES FROM (%L) TO (%L);', c.relname,
              to_char(m.start, 'YYYY-MM-DD 00:00:00+00'), to_char(m.start + interval '1 month', 'YYYY-MM-DD 00:00:00+00'))
FROM pg_catalog.pg_class c
    CROSS JOIN LATERAL (SELECT to_date(substr(c.relname, 7), 'YYYY_MM') AS start) m
WHERE c.relnamespace = 'journal'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
  AND c.relname ~ '^entry_\d{4}_(0[1-9]|1[0-2])$'
UNION ALL
SELECT 'notice', 'month gone', m.relation_name,
       format('the past before %s is unknown', to_char(m.to_moment AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
       'Nothing, if that was meant; else attach it again.'
FROM journal.month m WHERE m.gone_at IS NOT NULL AND NOT m.was_empty
UNION ALL
SELECT 'warning', 'no default partition', 'journal.entry_default',
       'a change whose month is not made fails', 'ALTER TABLE journal.entry ATTACH PARTITION journal.entry_default DEFAULT;'
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits
                  WHERE inhparent = 'journal.entry'::regclass AND inhrelid = 'journal.entry_default'::regclass)
UNION ALL
SELECT 'error', 'index missing', i.inhrelid::regclass::text,
       format('reports are slow or fail: it has no index that is valid and made as %s', d.indexrelid::regclass),
       format('SELECT journal.equip_partition(%L);', i.inhrelid::regclass)
FROM pg_catalog.pg_inherits i CROSS JOIN pg_catalog.pg_index d
WHERE i.inhparent = 'journal.entry'::regclass AND d.indrelid = 'journal.entry_default'::regclass AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_index o
    WHERE o.indrelid = i.inhrelid AND o.indisvalid
      AND substring(pg_get_indexdef(o.indexrelid), ' USING .*') = substring(pg_get_indexdef(d.indexrelid), ' USING .*'))
UNION ALL
SELECT 'warning', 'entries in the default partition', 'journal.entry_default',
       'reports find them there, but every month is slower to make', 'SELECT journal.maintain();'
WHERE EXISTS (SELECT FROM journal.entry_default
              WHERE occurred_at >= '0001-01-01 00:00:00+00' AND occurred_at < date_trunc('month', now()) + interval '3 months');
END;
COMMENT ON FUNCTION journal.check_months() IS 'what journal.check says of the partitions of journal.entry';

-- Sequences: a number that is given twice makes the journal unreadable. On a copy they stand still.
CREATE FUNCTION journal.check_sequences()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT 'error', 'sequence behind', 'journal.' || s.name,
       'numbers that are in use will be given again, and what has them can then not be read',
       'SELECT journal.take_over(NULL);'
FROM (VALUES
    ('entry_id_seq', EXISTS (SELECT FROM journal.entry WHERE id > (SELECT s.last_value + q.seqincrement - 1 FROM journal.entry_id_seq s, pg_catalog.pg_sequence q
                                                                   WHERE q.seqrelid = 'journal.entry_id_seq'::regclass))),
    ('session_id_seq', EXISTS (SELECT FROM journal.session WHERE id > (SELECT last_value FROM journal.session_id_seq))),
    ('context_id_seq', EXISTS (SELECT FROM journal.context WHERE id > (SELECT last_value FROM journal.context_id_seq))),
    ('layout_id_seq', EXISTS (SELECT FROM journal.layout WHERE id > (SELECT last_value FROM journal.layout_id_seq))),
    ('tracked_relation_id_seq', EXISTS (SELECT FROM journal.tracked_relation
                                        WHERE id > (SELECT last_value FROM journal.tracked_relation_id_seq))),
    ('event_type_id_seq', EXISTS (SELECT FROM journal.event_type
                                  WHERE id > (SELECT last_value FROM journal.event_type_id_seq))),
    ('event_rule_number_seq', EXISTS (SELECT FROM journal.event_rule
                                      WHERE number > (SELECT last_value FROM journal.event_rule_number_seq)))
    ) AS s (name, is_behind)
WHERE s.is_behind
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_subscription_rel WHERE srrelid = 'journal.session'::regclass);
END;
COMMENT ON FUNCTION journal.check_sequences() IS 'what journal.check says of the journal''s sequences';

-- What keeps the journal as it is: guards, row-level security, event triggers, and nothing of others on its tables.
CREATE FUNCTION journal.check_guards()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
WITH guarded AS (
    SELECT c.oid, c.oid::regclass::text AS name, c.relispartition, c.relrowsecurity
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'journal'::regnamespace
      AND c.relname IN ('entry', 'session', 'context', 'layout', 'restoration', 'rename', 'mark', 'gap', 'undone')
    UNION ALL
    SELECT c.oid, c.oid::regclass::text, true, c.relrowsecurity
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'journal.entry'::regclass
), guard (name, type, definition) AS (VALUES
    ('refuse_change', 27, 'BEFORE UPDATE OR DELETE ON %s FOR EACH ROW'),
    ('refuse_truncate', 34, 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT')
), hidden AS (
    SELECT g.oid, g.name, g.relispartition, g.relrowsecurity, p.polname, p.polrelid
    FROM guarded g LEFT JOIN pg_catalog.pg_policy p ON p.polrelid = g.oid
    WHERE g.relispartition OR g.name IN ('journal.entry', 'journal.session', 'journal.context', 'journal.restoration',
                                            'journal.rename', 'journal.undone')
)
SELECT 'error', 'guard missing', t.name, 'what is recorded there can be changed or removed',
       format('CREATE TRIGGER %I ' || g.definition || ' EXECUTE FUNCTION journal.refuse_change(); '
              'ALTER TABLE %2$s ENABLE ALWAYS TRIGGER %1$I;', g.name, t.name)
FROM guarded t CROSS JOIN guard g
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger x
                  WHERE x.tgrelid = t.oid AND x.tgfoid = 'journal.refuse_change()'::regprocedure
                    AND x.tgtype = g.type AND x.tgqual IS NULL AND x.tgattr::text = '')
UNION ALL
SELECT 'error', 'guard disabled', t.name, 'what is recorded there can be changed or removed',
       format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I;', t.name, x.tgname)
FROM guarded t JOIN pg_catalog.pg_trigger x ON x.tgrelid = t.oid AND x.tgfoid = 'journal.refuse_change()'::regprocedure
WHERE x.tgenabled <> 'A'
UNION ALL
SELECT DISTINCT 'error', 'row security off', h.name, 'whoever may SELECT from it sees every account',
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', h.name)
FROM hidden h WHERE NOT h.relrowsecurity
UNION ALL
SELECT 'error', 'policy missing', h.name, 'nobody but its owner sees anything of it',
       CASE WHEN h.relispartition THEN format('SELECT journal.equip_partition(%L);', h.name)
            ELSE 'Create it as the file event_journal--VERSION.sql does.' END
FROM hidden h WHERE h.polname IS NULL
UNION ALL
SELECT 'error', 'policy of others', c.oid::regclass::text,
       format('policy %I is not the journal''s own: it may show entries to those whom they do not concern', p.polname),
       format('DROP POLICY %I ON %s;', p.polname, c.oid::regclass)
       || CASE WHEN c.relispartition AND p.polname = 'account_window'
               THEN format(' SELECT journal.equip_partition(%L);', c.oid::regclass) ELSE '' END
FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = 'journal'::regnamespace
  AND pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM (
      SELECT CASE WHEN c.relispartition OR c.oid = 'journal.entry'::regclass
                  THEN '(occurred_at >= journal.visible_since(account))'
                  WHEN c.oid = 'journal.context'::regclass
                  THEN '(journal.visible_since(account) < ''infinity''::timestamp with time zone)'
                  WHEN c.oid = 'journal.restoration'::regclass THEN '(restored_at >= journal.visible_since(account))'
                  WHEN c.oid = 'journal.session'::regclass THEN 'journal.is_unconfined()'
                  WHEN c.oid = 'journal.undone'::regclass THEN (
                      SELECT pg_get_expr(o.polqual, o.polrelid) FROM pg_catalog.pg_policy o
                      WHERE o.polrelid = c.oid AND o.polname = 'account_window')
                  ELSE pg_get_expr(p.polqual, p.polrelid) END)
UNION ALL
SELECT 'error', 'trigger of others', c.oid::regclass::text,
       format('trigger %I never fires for what is recorded', g.tgname),
       format('DROP TRIGGER %I ON %s;', g.tgname, c.oid::regclass)
FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_proc f ON f.oid = g.tgfoid
WHERE c.relnamespace = 'journal'::regnamespace AND NOT g.tgisinternal AND f.pronamespace <> 'journal'::regnamespace
UNION ALL
SELECT 'error', 'rule of others', c.oid::regclass::text, format('rule %I is not asked for what is recorded', r.rulename),
       format('DROP RULE %I ON %s;', r.rulename, c.oid::regclass)
FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = 'journal'::regnamespace AND c.relkind IN ('r', 'p')
UNION ALL
SELECT 'error', 'event trigger off', e.evtname::text,
       'new partitions, renamed and dropped tables, and what breaks a rule go unnoticed',
       format('ALTER EVENT TRIGGER %I ENABLE ALWAYS;', e.evtname)
FROM pg_catalog.pg_event_trigger e
WHERE e.evtfoid IN ('journal.follow_ddl()'::regprocedure, 'journal.follow_drop()'::regprocedure) AND e.evtenabled <> 'A';
END;
COMMENT ON FUNCTION journal.check_guards() IS 'what journal.check says of what keeps the journal as it is';

-- Conditions of rules: parsed again, with the rights of the table's owner.
CREATE FUNCTION journal.broken_rules() RETURNS TABLE (rule integer, relation regclass, message text)
LANGUAGE C STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_broken_rules';
COMMENT ON FUNCTION journal.broken_rules() IS
    'conditions that no longer parse, of event rules or (rule NULL) of track, and why; of each table the first';

-- Rules, roles and gaps.
CREATE FUNCTION journal.check_statements()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT 'error', 'condition broken', coalesce('event rule ' || b.rule, b.relation::text),
       format('changes of %s fail: %s', t.relation_name, b.message),
       CASE WHEN b.rule IS NULL THEN format('call journal.track(%L, ...) again without its condition or deleted_when', b.relation)
            ELSE format('SELECT journal.drop_rule(%s);', b.rule) END
FROM journal.broken_rules() b JOIN journal.tracked_relation t ON t.relation = b.relation
UNION ALL
SELECT 'warning', 'role gone', 'journal.role_account', format('role %s does not exist any more', a.role::oid),
       format('DELETE FROM journal.role_account WHERE role::oid = %s;', a.role::oid)
FROM journal.role_account a WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = a.role)
UNION ALL
SELECT 'warning', 'role gone', 'journal.trusted_owner', format('role %s does not exist any more', o.owner::oid),
       format('DELETE FROM journal.trusted_owner WHERE owner::oid = %s;', o.owner::oid)
FROM journal.trusted_owner o WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = o.owner)
UNION ALL
SELECT 'notice', 'gap', t.relation_name,
       format('its past is unknown before %s: %s%s', max(g.at), g.reason,
              CASE WHEN count(*) > 1 THEN format(' (%s times)', count(*)) ELSE '' END),
       'Nothing: ask for later moments.'
FROM journal.gap g JOIN journal.tracked_relation t ON t.id = g.relation
-- That tracking began is none to worry about.
WHERE g.reason <> 'tracked' AND t.capture = 'events'
GROUP BY t.relation_name, g.reason;
END;
COMMENT ON FUNCTION journal.check_statements() IS 'what journal.check says of rules, roles and gaps';

-- Consumers of the feed.
CREATE FUNCTION journal.check_consumers()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT 'warning', 'consumer is silent', c.name,
       format('it has confirmed nothing since %s, and does not learn what happens', coalesce(c.confirmed_at, c.added_at)::timestamptz(0)),
       format('Start it again; or, if nobody needs it: SELECT journal.drop_consumer(%L)', c.name)
FROM journal.consumer c WHERE coalesce(c.confirmed_at, c.added_at) < clock_timestamp() - interval '1 day'
UNION ALL
SELECT 'warning', 'role gone', 'journal.consumer', format('role %s, to whom consumer %s belongs, does not exist any more', c.role::oid, c.name),
       format('DELETE FROM journal.consumer WHERE name = %L;', c.name)
FROM journal.consumer c WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = c.role);
END;
COMMENT ON FUNCTION journal.check_consumers() IS 'what journal.check says of consumers of the feed';

-- Publications and subscriptions.
CREATE FUNCTION journal.check_replication()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
WITH published AS (
    SELECT p.pubname, p.puballtables, p.pubupdate OR p.pubdelete OR p.pubtruncate AS more_than_inserts, p.pubviaroot,
           c.oid AS relation, coalesce(i.inhparent, c.oid) AS root, r.prqual IS NULL AS every_row
    FROM pg_catalog.pg_publication p
        JOIN pg_catalog.pg_class c ON c.relnamespace = 'journal'::regnamespace AND c.relkind IN ('r', 'p')
        LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = 'journal.entry'::regclass
        LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
    WHERE p.puballtables OR r.oid IS NOT NULL
       OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace n WHERE n.pnpubid = p.oid AND n.pnnspid = c.relnamespace)
)
SELECT DISTINCT 'error', 'wrong publication', p.pubname::text,
       'it publishes the journal in a way that destroys a copy: what each server has for itself, or moves between months',
       CASE WHEN p.puballtables THEN 'Publish the application''s tables by name or schema, and the journal by journal.publish().'
            ELSE format('DROP PUBLICATION %I; SELECT journal.publish();', p.pubname) END
FROM published p LEFT JOIN journal.replicated_tables t ON t.relation = p.relation
WHERE t.relation IS NULL OR t.only_inserts AND p.more_than_inserts OR t.condition IS NOT NULL AND p.every_row
   OR p.relation = 'journal.entry'::regclass AND NOT p.pubviaroot
UNION ALL
SELECT 'error', 'publication incomplete', p.pubname::text,
       format('it lacks %s; a dump leaves out what a publication holds of an extension', string_agg(t.relation::text, ', ')),
       format('SELECT journal.publish(%L);', p.pubname)
FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication s ON s.pubname = p.pubname || '_state'
    CROSS JOIN journal.replicated_tables t
WHERE NOT p.puballtables AND NOT s.puballtables
  AND (p.pubname = 'event_journal'
       OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = 'journal.entry'::regclass))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r
                  WHERE r.prpubid = CASE WHEN t.only_inserts THEN p.oid ELSE s.oid END AND r.prrelid = t.relation)
GROUP BY p.pubname
UNION ALL
SELECT DISTINCT 'error', 'subscription in binary', s.subname::text,
       'tables and roles arrive by their numbers on the other server', format('ALTER SUBSCRIPTION %I SET (binary = false);', s.subname)
FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_subscription_rel r ON r.srsubid = s.oid
WHERE s.subbinary AND r.srrelid = 'journal.session'::regclass
UNION ALL
SELECT 'error', 'recorded twice', t.relation_name,
       'it is tracked always, and its entries arrive with the other server''s journal: what is applied to it fails',
       'On the other server, track it again with always => false.'
FROM journal.tracked_relation t JOIN pg_catalog.pg_subscription_rel r ON r.srrelid = t.relation
WHERE t.capture = 'events' AND t.always
  AND EXISTS (SELECT FROM pg_catalog.pg_subscription_rel j WHERE j.srrelid = 'journal.session'::regclass);
END;
COMMENT ON FUNCTION journal.check_replication() IS 'what journal.check says of publications and subscriptions';

-- Settings with which data is lost, or not recorded.
CREATE FUNCTION journal.check_settings()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT 'error', 'setting', s.name, 'a crash of the machine can destroy the database, and the journal with it',
       format('ALTER SYSTEM SET %I = on;', s.name)
FROM pg_catalog.pg_settings s WHERE s.name IN ('fsync', 'full_page_writes') AND s.setting = 'off'
UNION ALL
SELECT 'warning', 'setting', s.name, 'a crash loses the last transactions, of which the application knows that they are committed',
       'ALTER SYSTEM SET synchronous_commit = on;'
FROM pg_catalog.pg_settings s WHERE s.name = 'synchronous_commit' AND s.setting = 'off'
UNION ALL
SELECT 'notice', 'setting', s.name, 'damage to a page is noticed by chance only', 'Stop the server and run pg_checksums --enable.'
FROM pg_catalog.pg_settings s WHERE s.name = 'data_checksums' AND s.setting = 'off'
UNION ALL
SELECT 'error', 'setting',
       concat_ws(' ', CASE WHEN r.setrole <> 0 THEN 'role ' || r.setrole::regrole END,
                 CASE WHEN r.setdatabase <> 0 THEN 'database ' || d.datname END),
       format('%s: changes go unrecorded', c.setting),
       'Reset it, and set it for the session that needs it.'
FROM pg_catalog.pg_db_role_setting r LEFT JOIN pg_catalog.pg_database d ON d.oid = r.setdatabase
    CROSS JOIN unnest(r.setconfig) AS c (setting)
WHERE (r.setdatabase = 0 OR d.datname = current_database())
  AND c.setting IN ('session_replication_role=replica', 'session_replication_role=local', 'event_triggers=off')
UNION ALL
SELECT 'error', 'setting', s.name, 'in this session changes, or DDL, go unrecorded', format('RESET %I;', s.name)
FROM pg_catalog.pg_settings s
WHERE (s.name = 'session_replication_role' AND s.setting <> 'origin') OR (s.name = 'event_triggers' AND s.setting = 'off');
END;
COMMENT ON FUNCTION journal.check_settings() IS 'what journal.check says of settings';

CREATE FUNCTION journal.check()
RETURNS TABLE (severity text, finding text, object text, meaning text, remedy text)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 20 AS 'MODULE_PATHNAME', 'journal_check';
COMMENT ON FUNCTION journal.check() IS
    'what is not recorded, not guarded or about to fail, errors first, and what to do; a remedy that ends with a '
    'semicolon is a command';
