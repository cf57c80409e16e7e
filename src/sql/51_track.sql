-- Saying which tables are tracked, and how.

CREATE FUNCTION journal.track(
    relation regclass, object_type text DEFAULT NULL, label text DEFAULT NULL, account name DEFAULT NULL,
    location name DEFAULT NULL, author name DEFAULT NULL, created_at name DEFAULT NULL, document name DEFAULT NULL,
    links name[] DEFAULT NULL, ignored name[] DEFAULT '{}', excluded name[] DEFAULT '{}', masked name[] DEFAULT '{}',
    snapshot_on_create boolean DEFAULT true, backfill boolean DEFAULT false, always boolean DEFAULT false,
    restricted name[] DEFAULT '{}', employee name DEFAULT NULL, require_employee boolean DEFAULT false,
    operations text[] DEFAULT NULL, condition text DEFAULT NULL, deleted_when text DEFAULT NULL, personal name[] DEFAULT '{}')
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_track';
COMMENT ON FUNCTION journal.track(regclass, text, text, name, name, name, name, name, name[], name[], name[], name[],
                                  boolean, boolean, boolean, name[], name, boolean, text[], text, text, name[]) IS
    'records the changes of a table from now on, or changes how; returns the number of entries added by back-fill';

CREATE FUNCTION journal.untrack(relation regclass) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_untrack';
COMMENT ON FUNCTION journal.untrack(regclass) IS 'no longer records the changes of a table; its history and its restores stay';

CREATE FUNCTION journal.track_schema(schema name, backfill boolean DEFAULT false, "except" name[] DEFAULT '{}',
                                     excluded name[] DEFAULT '{}') RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_track_schema';
COMMENT ON FUNCTION journal.track_schema(name, boolean, name[], name[]) IS
    'tracks every table of a schema that is not tracked yet, with generic events, but for some tables and columns; returns how many';
