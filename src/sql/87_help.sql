-- What there is to call, for whoever sits at psql: journal.help() lists it by task, journal.help('restore') tells of one
-- function. What functions do is in their comments and their arguments are the catalogue's; here stand their order, what their arguments
-- mean, and an example of each. sql/help.sql tries every example.

CREATE FUNCTION journal.help_lines(topic text) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
WITH listed (place, task, name, example) AS (VALUES
    (10, 'Recording', 'track_schema', $$SELECT journal.track_schema('crm', "except" => '{request_log}');$$),
    (11, 'Recording', 'track', $$SELECT journal.track('crm.clients', 'client', label => 'name', ignored => '{updated_at}');$$),
    (12, 'Recording', 'untrack', $$SELECT journal.untrack('crm.orders');$$),
    (13, 'Recording', 'backfill', $$SELECT journal.backfill('crm.orders');$$),
    (20, 'Naming events', 'add_rule', $$SELECT journal.add_rule('crm.orders', 'order.status_changed', 'update', '{status}');$$),
    (21, 'Naming events', 'drop_rule', $$SELECT journal.drop_rule(number) FROM journal.event_rules WHERE event = 'order.paid';$$),
    (22, 'Naming events', 'add_event_type',
     $$SELECT journal.add_event_type('order.promised', 'orders', 'changed', 'order', '{"en": "Order promised"}');$$),
    (30, 'Who acts', 'set_context', $$SELECT journal.set_context(employee => '7', reason => 'asked by phone');$$),
    (31, 'Who acts', 'log', $$SELECT journal.log('user.logged_in', 'employee', '7', details => '{"ip": "192.0.2.17"}');$$),
    (40, 'Reading', 'report',
     $$SELECT occurred_at, employee_name, title, object_label, details_text FROM journal.report('today', employees => '{7}');$$),
    (41, 'Reading', 'history', $$SELECT occurred_at, employee_name, title, details_text FROM journal.history('orders', '1');$$),
    (42, 'Reading', 'deleted_objects', $$SELECT entry, employee_name, object_label FROM journal.deleted_objects('{clients}');$$),
    (46, 'Reading', 'report_filters', $$SELECT list, value, name, entries FROM journal.report_filters('this_month');$$),
    (47, 'Reading', 'count_events', $$SELECT journal.count_events('this_month', events => '{group:orders}');$$),
    (48, 'Reading', 'activity', $$SELECT starts_at, name, entries FROM journal.activity('day', 'employee', 'this_week');$$),
    (49, 'Reading', 'days',
     $$SELECT r.entry, r.title FROM journal.days('this_week') d, LATERAL journal.report('custom', d.starts_at, d.ends_at, page_size => 100000000) r;$$),
    (43, 'Reading', 'entries_of', $$SELECT event, old, new FROM journal.entries_of('orders', '1') ORDER BY entry;$$),
    (44, 'Reading', 'object_key', $$SELECT journal.object_key(12, date '2024-05-05');$$),
    (45, 'Reading', 'reader_account', $$SELECT journal.reader_account();$$),
    (50, 'Restoring', 'restore',
     $$SELECT object_label, outcome FROM journal.restore((SELECT max(entry) FROM journal.deleted_objects('{clients}')), related => 'children');$$),
    (51, 'Restoring', 'restore_all',
     $$SELECT object_label, outcome FROM journal.restore_all((SELECT array_agg(entry) FROM journal.deleted_objects('{clients}')));$$),
    (52, 'Restoring', 'restore_plan',
     $$SELECT object_label, action, conflict FROM journal.restore_plan((SELECT max(entry) FROM journal.deleted_objects('{clients}')));$$),
    (60, 'Undoing', 'undo',
     $$SELECT object_label, action, outcome FROM journal.undo((SELECT transaction_id FROM journal.report(page_size => 1)), reason => 'no WHERE');$$),
    (61, 'Undoing', 'undo_plan',
     $$SELECT object_label, action, conflict FROM journal.undo_plan((SELECT transaction_id FROM journal.report(page_size => 1)));$$),
    (62, 'Undoing', 'revert',
     $$SELECT object_label, action, outcome FROM journal.revert((SELECT entry FROM journal.report(events => '{orders.changed}', page_size => 1)));$$),
    (70, 'The past', 'mark', $$SELECT journal.mark('Monday morning');$$),
    (71, 'The past', 'table_as_of', $$SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'before the import');$$),
    (72, 'The past', 'row_as_of', $$SELECT journal.row_as_of('crm.orders', '1', mark => 'before the import');$$),
    (73, 'The past', 'diff', $$SELECT object_id, operation, changed FROM journal.diff(NULL::crm.orders, from_mark => 'before the import');$$),
    (74, 'The past', 'verify_history', $$SELECT * FROM journal.verify_history('crm.orders');$$),
    (75, 'For other systems', 'changes_since', $$SELECT entry, event, object_id, new, next_position FROM journal.changes_since(page_size => 100);$$),
    (76, 'For other systems', 'add_consumer', $$SELECT journal.add_consumer('billing', '{"object_types": ["orders"]}', from_now => true);$$),
    (77, 'For other systems', 'next_changes', $$SELECT entry, event, object_id, next_position FROM journal.next_changes('search index', 100);$$),
    (78, 'For other systems', 'confirm', $$SELECT journal.confirm('search index', (SELECT (array_agg(next_position))[count(*)] FROM journal.next_changes('search index', 100)));$$),
    (79, 'For other systems', 'drop_consumer', $$SELECT journal.drop_consumer('search index');$$),
    (80, 'Accounts and rights', 'set_account', $$SELECT journal.set_account('acme', time_zone => 'Europe/Madrid', language => 'en');$$),
    (81, 'Accounts and rights', 'grant_access', $$SELECT journal.grant_access('reader', 'crm_reader');$$),
    (82, 'Accounts and rights', 'revoke_access', $$SELECT journal.revoke_access('reader', 'crm_reader');$$),
    (83, 'Accounts and rights', 'support', $$GRANT EXECUTE ON FUNCTION journal.support() TO crm_support;$$),
    (84, 'Accounts and rights', 'importer', $$GRANT EXECUTE ON FUNCTION journal.importer() TO crm_support;$$),
    (85, 'Accounts and rights', 'any_object_type', $$GRANT EXECUTE ON FUNCTION journal.any_object_type() TO crm_support;$$),
    (90, 'Upkeep', 'maintenance', $$CALL journal.maintenance();$$),
    (91, 'Upkeep', 'maintain', $$SELECT journal.maintain(12);$$),
    (92, 'Upkeep', 'check', $$SELECT severity, finding, object, remedy FROM journal.check();$$),
    (93, 'Upkeep', 'drop_month', $$SELECT journal.drop_month('2020-01-31');$$),
    (94, 'Upkeep', 'publish', $$SELECT journal.publish();$$),
    (95, 'Upkeep', 'take_over', $$SELECT journal.take_over(slot => NULL);$$),
    (99, 'Help', 'help', $$SELECT journal.help('restore');$$)
), meaning (argument, text) AS (VALUES
    ('account', 'whose: a key of your own; empty: of no account'),
    ('actor_kind', 'employee, client, robot, api, support or system'),
    ('after', 'page_cursor of the last row of the page before'),
    ('changes_since.after', 'next_position of the last row of the page before; NULL: from the first entry'),
    ('after_transaction', 'as it was when that transaction had ended'),
    ('always', 'true: what logical replication applies is recorded too'),
    ('author', 'column that says who made a row, for the back-fill'),
    ('before_transaction', 'as it was before that transaction'),
    ('bucket', 'hour, day, week or month, in the account''s time zone'),
    ('by', 'kind, group, event, employee or location; NULL: all together'),
    ('cap', 'no more are counted; NULL: all'),
    ('changed_at', 'column with the time of the change, for the back-fill'),
    ('code', 'its code, such as order.paid'),
    ('columns', 'of which one has to change; NULL: any'),
    ('condition', 'over old and new, such as new.price > old.price'),
    ('track.condition', 'which changes are recorded, over old and new; NULL: all'),
    ('consumer', 'its name, as journal.add_consumer was given it'),
    ('created_at', 'column that says when a row was made, for the back-fill'),
    ('date_from', 'from this moment on'),
    ('date_to', 'up to this moment, and not including it'),
    ('details', 'JSON that reports show'),
    ('add_rule.details', 'columns whose values reports show'),
    ('deleted_when', 'a row counts as deleted, such as new.deleted_at IS NOT NULL'),
    ('document', 'foreign key to the object that a row belongs to'),
    ('employee', 'who acts: a key of your own'),
    ('add_rule.employee', 'column that says who acted, where the context does not'),
    ('track.employee', 'column that says who acted, where nobody else does'),
    ('employees', 'keys; NULL: all, and nobody'),
    ('entries', 'numbers of deletions, the column entry of deleted_objects'),
    ('entry', 'number of a deletion, the column entry of deleted_objects'),
    ('revert.entry', 'number of a change, the column entry of a report'),
    ('event', 'code of an event type'),
    ('event_group', 'its group, a row of journal.event_group'),
    ('events', 'codes, group:GROUP, kind:KIND, or all: those hidden by rules, too'),
    ('exact', 'true: an error where a trigger makes a row differ'),
    ('except', 'tables to leave out'),
    ('excluded', 'columns that are never stored'),
    ('extra', 'further facts'),
    ('filter', 'what else: {"object_types", "documents", "columns", "from", "to", "search", "actor_kinds", "on_behalf_of", "transaction"}; NULL: all'),
    ('changes_since.filter', 'lists of texts: {"events": ["group:orders"], "object_types": ["order"], "accounts": ["acme"]}'),
    ('add_consumer.filter', 'as of journal.changes_since; NULL: all'),
    ('from_mark', 'the first moment, by its mark'),
    ('from_moment', 'the first moment'),
    ('from_now', 'true: only what commits later'),
    ('from_transaction', 'the first moment: the beginning of that transaction'),
    ('ignored', 'columns whose change alone is no event'),
    ('key', 'key of the row, as reports show it in object_id'),
    ('object_key.key', 'values of the key columns, in their order'),
    ('kind', 'created, deleted, changed or other'),
    ('label', 'column that names a row; NULL: it is guessed'),
    ('log.label', 'the name of the object'),
    ('language', 'en, ru or one that you added; NULL: that of the session, else of the account'),
    ('set_account.language', 'language of reports'),
    ('level', 'reader, auditor, restorer, support or administrator'),
    ('links', 'foreign keys to show as links; NULL: those to tracked tables'),
    ('log.account', 'whose; NULL: as the context says'),
    ('log.employee', 'who acted; NULL: as the context says'),
    ('occurred_at', 'when it occurred, for imports; NULL: now'),
    ('log.links', 'objects to link to: [{"type": "order", "id": "1"}]'),
    ('location', 'where: a key of your own'),
    ('track.account', 'column that says whose a row is'),
    ('track.location', 'column that says where'),
    ('locations', 'keys; NULL: all, and nowhere'),
    ('mark', 'as it was at that mark'),
    ('masked', 'columns whose changes are told and whose values are not stored'),
    ('moment', 'as it was then'),
    ('month', 'a day of the month'),
    ('months_ahead', 'how many months to make beyond this one'),
    ('name', 'by which the past is asked for'),
    ('add_consumer.name', 'a name of your own'),
    ('drop_consumer.name', 'of the consumer'),
    ('next_position', 'of the last row that was dealt with'),
    ('number', 'its number in journal.event_rules'),
    ('object_id', 'key of the object, as reports show it'),
    ('object_type', 'a word of your own, such as order'),
    ('track.object_type', 'a word of your own, such as order; NULL: the name of the table'),
    ('object_types', 'types; NULL: all'),
    ('on_behalf_of', 'for whom the employee acts: a key of your own'),
    ('on_conflict', 'error, or skip: leave out what cannot come'),
    ('undo.on_conflict', 'error, skip, force or cascade'),
    ('undo_plan.on_conflict', 'error, skip, force or cascade'),
    ('operations', 'which are recorded, such as {insert,delete}; NULL: all'),
    ('operation', 'insert, update or delete'),
    ('overrides', 'values in place of a row''s own: {"client": {"phone": "555-0102"}}'),
    ('page_size', 'rows of a page, at least 1'),
    ('personal', 'columns that hold data of persons'),
    ('period', 'today, yesterday, this_week, this_month, last_week, last_month or custom'),
    ('plan', 'code of a row of journal.plan'),
    ('publication', 'name of the publication'),
    ('reason', 'why; it stands in the journal'),
    ('related', 'what comes back with it: none, children, parents or all'),
    ('relation', 'the table'),
    ('require_employee', 'true: a change by nobody is refused'),
    ('restore', 'who may bring such an object back: journal, support or NULL (nobody)'),
    ('restricted', 'columns that only roles with SELECT on them see'),
    ('role', 'the role'),
    ('row_type', 'the table, as NULL::crm.orders'),
    ('schema', 'the schema'),
    ('slot', 'name of the replication slot for the way back; NULL: none'),
    ('snapshot_on_create', 'false: created events do not hold the whole row'),
    ('sort', 'desc or asc, by time'),
    ('time_zone', 'in which its days begin'),
    ('titles', 'titles by language: {"en": "Order paid"}'),
    ('to_mark', 'the second moment, by its mark'),
    ('to_moment', 'the second moment; now, if none is given'),
    ('to_transaction', 'the second moment: the end of that transaction'),
    ('topic', 'name of a function; NULL: the list of them'),
    ('transaction', 'the column transaction_id of a report'),
    ('backfill', 'true: add what was there before')
), function AS (
    SELECT p.oid, p.proname::text AS name, p.prokind, p.pronargs, p.proargnames, p.proargtypes, p.proargmodes, listed.place, listed.task, listed.example,
           pg_catalog.obj_description(p.oid, 'pg_proc') AS comment
    FROM pg_catalog.pg_proc p LEFT JOIN listed ON listed.name = p.proname
    WHERE p.pronamespace = 'journal'::pg_catalog.regnamespace
), argument AS (
    SELECT f.oid, i AS number, f.proargnames[i] AS name,
           f.proargnames[i] || ' ' || pg_catalog.format_type(f.proargtypes[i - 1], NULL)
           || coalesce(' = ' || pg_catalog.regexp_replace(pg_catalog.pg_get_function_arg_default(f.oid, i), '::[^'']*$', ''), '') AS declared,
           coalesce((SELECT text FROM meaning WHERE argument = f.name || '.' || f.proargnames[i]),
                    (SELECT text FROM meaning WHERE argument = f.proargnames[i] AND f.example IS NOT NULL)) AS meaning
    FROM function f, pg_catalog.generate_series(1, f.pronargs) i
), line (place, number, text) AS (
    -- The list: each task with its functions, and what each does up to the first semicolon.
    SELECT min(place) * 10 - 1, 0, task FROM function WHERE topic IS NULL AND task IS NOT NULL GROUP BY task
    UNION ALL
    SELECT place * 10, 0, pg_catalog.rpad('  ' || name, 20) || min(pg_catalog.split_part(comment, ';', 1))
    FROM function WHERE topic IS NULL AND place IS NOT NULL GROUP BY place, name
    UNION ALL
    -- One function, each of its signatures.
    SELECT n * 1000, 0, pg_catalog.format('%sjournal.%s(%s)', CASE prokind WHEN 'p' THEN 'CALL ' ELSE '' END, name,
                                          (SELECT pg_catalog.string_agg(a.name, ', ' ORDER BY a.number) FROM argument a WHERE a.oid = f.oid))
    FROM (SELECT pg_catalog.row_number() OVER (ORDER BY oid) AS n, * FROM function WHERE name = topic) AS f
    UNION ALL
    SELECT n * 1000, 1, comment FROM (SELECT pg_catalog.row_number() OVER (ORDER BY oid) AS n, * FROM function WHERE name = topic) AS f
    UNION ALL
    SELECT n * 1000, 1 + a.number, pg_catalog.rtrim(pg_catalog.rpad('  ' || a.declared, greatest(pg_catalog.length(a.declared) + 4, 36)) || coalesce(a.meaning, ''))
    FROM (SELECT pg_catalog.row_number() OVER (ORDER BY oid) AS n, * FROM function WHERE name = topic) AS f JOIN argument a USING (oid)
    UNION ALL
    SELECT n * 1000, 1000, 'Returns ' || CASE WHEN f.proargmodes @> '{t}'
                                              THEN 'rows of ' || pg_catalog.array_to_string(f.proargnames[f.pronargs + 1:], ', ')
                                              ELSE pg_catalog.pg_get_function_result(f.oid) END
    FROM (SELECT pg_catalog.row_number() OVER (ORDER BY oid) AS n, * FROM function WHERE name = topic) AS f WHERE prokind <> 'p'
    UNION ALL
    SELECT 1000000, number, text
    FROM listed, pg_catalog.unnest(ARRAY['Example:', '  ' || example]) WITH ORDINALITY AS t (text, number) WHERE name = topic
)
SELECT text FROM line ORDER BY place, number;
END;
COMMENT ON FUNCTION journal.help_lines(text) IS 'what journal.help says of a function of that very name, or of all; nothing if there is none';

CREATE FUNCTION journal.help(topic text DEFAULT NULL) RETURNS SETOF text
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_help';
COMMENT ON FUNCTION journal.help(text) IS 'what there is to call, by task; of one function what it does, its arguments and an example';
