-- DDL. Commands that an event rule's condition could notice, and those that make, alter or drop tables.
CREATE FUNCTION journal.follow_ddl() RETURNS event_trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_follow_ddl';
COMMENT ON FUNCTION journal.follow_ddl() IS
    'event trigger function: tracks new partitions and children, keeps layouts and names, refuses what breaks a rule '
    '(JE033) or is put on the journal (JEJ04)';

CREATE FUNCTION journal.follow_drop() RETURNS event_trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_follow_drop';
COMMENT ON FUNCTION journal.follow_drop() IS
    'event trigger function: forgets dropped tables, keeping their history, and refuses to drop what an event rule or an '
    'option of track depends on (JE033)';

CREATE EVENT TRIGGER event_journal_ddl ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE SCHEMA', 'ALTER TABLE', 'ALTER SCHEMA', 'ALTER TYPE', 'ALTER DOMAIN',
                 'ALTER FUNCTION', 'ALTER PROCEDURE', 'ALTER ROUTINE', 'ALTER AGGREGATE', 'ALTER OPERATOR',
                 'ALTER COLLATION', 'CREATE FUNCTION', 'CREATE AGGREGATE', 'CREATE OPERATOR', 'CREATE CAST',
                 'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE', 'CREATE TRIGGER', 'CREATE RULE', 'CREATE POLICY')
    EXECUTE FUNCTION journal.follow_ddl();
ALTER EVENT TRIGGER event_journal_ddl ENABLE ALWAYS;

CREATE EVENT TRIGGER event_journal_drop ON sql_drop
    EXECUTE FUNCTION journal.follow_drop();
ALTER EVENT TRIGGER event_journal_drop ENABLE ALWAYS;
