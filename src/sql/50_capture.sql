-- The triggers that record, and the key under which they keep an object.

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

CREATE FUNCTION journal.note_unrecorded() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_note_unrecorded';
COMMENT ON FUNCTION journal.note_unrecorded() IS
    'notes a gap when rows of a tracked table change under session_replication_role = replica; journal.track creates the trigger';

CREATE FUNCTION journal.note_unrecorded_truncate() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_note_unrecorded';
COMMENT ON FUNCTION journal.note_unrecorded_truncate() IS
    'notes a gap when a tracked table is truncated under session_replication_role = replica; journal.track creates the trigger';
