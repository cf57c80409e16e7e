-- A copy of the journal on another server, and how it takes over.

-- Every table of the journal but the incarnation, which is each server's own. What is only ever added to arrives as
-- INSERTs: a move from the default partition to a month, which each server does for itself, is none. Of the months only
-- those arrive that are lost, since they make the past unknown; which months there are is each server's own.
CREATE VIEW journal.replicated_tables AS
SELECT relation, only_inserts, condition
FROM (VALUES
    ('journal.entry'::pg_catalog.regclass, true, NULL),
    ('journal.session', true, NULL),
    ('journal.context', true, NULL),
    ('journal.layout', true, NULL),
    ('journal.mark', true, NULL),
    ('journal.gap', true, NULL),
    ('journal.rename', true, NULL),
    ('journal.undone', true, NULL),
    ('journal.restoration', true, NULL),
    ('journal.tracked_relation', false, NULL),
    ('journal.event_rule', false, NULL),
    ('journal.label', false, NULL),
    ('journal.account', false, NULL),
    ('journal.role_account', false, NULL),
    ('journal.trusted_owner', false, NULL),
    ('journal.event_title', false, NULL),
    ('journal.event_type', false, 'NOT is_core'),
    ('journal.event_group', false, 'NOT is_core'),
    ('journal.term', false, 'NOT is_core'),
    ('journal.plan', false, 'NOT is_core'),
    ('journal.month', false, 'gone_at IS NOT NULL AND NOT was_empty')) AS t (relation, only_inserts, condition);
COMMENT ON VIEW journal.replicated_tables IS
    'the tables that journal.publish publishes: of some only INSERT, of some not the rows that CREATE EXTENSION makes';
COMMENT ON COLUMN journal.replicated_tables.relation IS 'a table of the journal';
COMMENT ON COLUMN journal.replicated_tables.only_inserts IS 'it is only added to';
COMMENT ON COLUMN journal.replicated_tables.condition IS 'which rows; NULL: all';

CREATE FUNCTION journal.publish(publication name DEFAULT 'event_journal') RETURNS text
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_publish';
COMMENT ON FUNCTION journal.publish(name) IS
    'publishes the journal for a copy on another server, or sets that right again; returns the names of the two publications, '
    'as CREATE SUBSCRIPTION takes them';

CREATE FUNCTION journal.take_over(slot name DEFAULT 'event_journal') RETURNS pg_lsn
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_take_over';
COMMENT ON FUNCTION journal.take_over(name) IS
    'makes a copy of the journal the one that is written, once its subscription is dropped, with a slot for the way back '
    '(NULL: none)';
