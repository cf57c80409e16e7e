-- What is recorded: the triggers, and the functions that say what they record.

CREATE FUNCTION journal.capture() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_capture';
COMMENT ON FUNCTION journal.capture() IS 'records each changed row of a tracked table; journal.track creates the trigger';

CREATE FUNCTION journal.capture_truncate() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_capture_truncate';
COMMENT ON FUNCTION journal.capture_truncate() IS
    'records every row of a tracked table before TRUNCATE; journal.track creates the trigger';

CREATE FUNCTION journal.capture_moved() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_capture_moved';
COMMENT ON FUNCTION journal.capture_moved() IS
    'ends an update that moves rows between partitions; journal.track creates the trigger';

CREATE FUNCTION journal.object_key(VARIADIC key "any") RETURNS text
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_object_key';
COMMENT ON FUNCTION journal.object_key("any") IS
    'the key under which the journal keeps an object: the key column''s text form, or a JSON array of several';

CREATE FUNCTION journal.track(
    relation regclass, object_type text DEFAULT NULL, label name DEFAULT NULL, account name DEFAULT NULL,
    location name DEFAULT NULL, author name DEFAULT NULL, created_at name DEFAULT NULL, document name DEFAULT NULL,
    links name[] DEFAULT NULL, ignored name[] DEFAULT '{}', excluded name[] DEFAULT '{}', masked name[] DEFAULT '{}',
    snapshot_on_create boolean DEFAULT true, backfill boolean DEFAULT false, always boolean DEFAULT false)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_track';
COMMENT ON FUNCTION journal.track(regclass, text, name, name, name, name, name, name, name[], name[], name[], name[],
                                  boolean, boolean, boolean) IS
    'records the changes of a table from now on, or changes how; returns the number of entries added by back-fill';

CREATE FUNCTION journal.untrack(relation regclass) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_untrack';
COMMENT ON FUNCTION journal.untrack(regclass) IS 'no longer records the changes of a table; its history and its restores stay';

CREATE FUNCTION journal.track_schema(schema name, backfill boolean DEFAULT false) RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_track_schema';
COMMENT ON FUNCTION journal.track_schema(name, boolean) IS
    'tracks every table of a schema that is not tracked yet, with generic events; returns how many';

CREATE FUNCTION journal.add_rule(
    relation regclass, event text, operation text, columns name[] DEFAULT NULL, condition text DEFAULT NULL,
    details name[] DEFAULT NULL, changed_at name DEFAULT NULL)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_add_rule';
COMMENT ON FUNCTION journal.add_rule(regclass, text, text, name[], text, name[], name) IS
    'says which event an insert, update or delete of a tracked table gives; returns the rule''s number';

CREATE FUNCTION journal.drop_rule(number integer) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_drop_rule';
COMMENT ON FUNCTION journal.drop_rule(integer) IS 'takes an event rule back; what it recorded stays';

CREATE FUNCTION journal.set_context(
    employee text DEFAULT NULL, location text DEFAULT NULL, account text DEFAULT NULL, actor_kind text DEFAULT NULL,
    reason text DEFAULT NULL, extra jsonb DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_set_context';
COMMENT ON FUNCTION journal.set_context(text, text, text, text, text, jsonb) IS
    'says who acts, where and why, for this transaction; NULL leaves a value, '''' clears it';

CREATE FUNCTION journal.log(
    event text, object_type text DEFAULT NULL, object_id text DEFAULT NULL, label text DEFAULT NULL,
    details jsonb DEFAULT NULL, location text DEFAULT NULL, links jsonb DEFAULT NULL)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_log';
COMMENT ON FUNCTION journal.log(text, text, text, text, jsonb, text, jsonb) IS
    'records an event that is no row change; returns the entry''s number';

CREATE FUNCTION journal.backfill(relation regclass) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_backfill';
COMMENT ON FUNCTION journal.backfill(regclass) IS
    'adds the history that was there before: a created event per row and the last known changes; returns the number of '
    'entries added, and never doubles one';
