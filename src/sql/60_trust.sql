-- Partitions, guards, row-level security, and what follows the DDL of tracked tables.

-- The support right. A role name is the cluster's, a grant is the database's: it is dumped with it.
CREATE FUNCTION journal.support() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true;
COMMENT ON FUNCTION journal.support() IS
    'marks the support right: whoever has EXECUTE on it may restore what only support may; calling it does nothing';

-- Append-only. Rows are guarded on the parent (the server clones that trigger to every partition), TRUNCATE on the parent
-- and on every partition, ENABLE ALWAYS: session_replication_role passes other triggers.
CREATE FUNCTION journal.refuse_change() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_refuse_change';
COMMENT ON FUNCTION journal.refuse_change() IS
    'trigger function that refuses UPDATE, DELETE and TRUNCATE of the journal to everybody (JE040)';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['entry', 'session', 'context', 'layout', 'restoration'] LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.%I FOR EACH ROW '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.%I FOR EACH STATEMENT '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_change', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;

-- Row-level security: enabled, not forced, so that the owner can dump. What a role sees of the entries is the accounts
-- and the plan's window that journal.visible_since knows; without a policy for INSERT nobody but the owner inserts.
ALTER TABLE journal.entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_window ON journal.entry FOR SELECT
    USING (occurred_at >= journal.visible_since(account));

ALTER TABLE journal.context ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_scope ON journal.context FOR SELECT
    USING (journal.visible_since(account) < 'infinity');

ALTER TABLE journal.session ENABLE ROW LEVEL SECURITY;
CREATE POLICY unconfined ON journal.session FOR SELECT
    USING (journal.is_unconfined());

-- Without a key they need an identity: under a FOR ALL TABLES publication an UPDATE (of a label, say) would fail.
ALTER TABLE journal.label REPLICA IDENTITY FULL;
ALTER TABLE journal.role_account REPLICA IDENTITY FULL;
ALTER TABLE journal.layout REPLICA IDENTITY FULL;
ALTER TABLE journal.session REPLICA IDENTITY FULL;
ALTER TABLE journal.context REPLICA IDENTITY FULL;
ALTER TABLE journal.incarnation REPLICA IDENTITY FULL;

-- Partitions. Months made later are no members of the extension: a dump holds them.
CREATE FUNCTION journal.equip_partition(partition regclass) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_equip_partition';
COMMENT ON FUNCTION journal.equip_partition(regclass) IS
    'gives a partition of journal.entry its indexes, TRUNCATE guard, row-level security and replica identity, and revokes '
    'every privilege on it but the owner''s; what it has already stays';

CREATE FUNCTION journal.maintain(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_maintain';
COMMENT ON FUNCTION journal.maintain(integer) IS
    'makes the partitions of this month (UTC) and of so many further ones, moves to them and to past months what the default '
    'partition holds, and returns the number of partitions made; run it once a month';

SELECT journal.equip_partition('journal.entry_default');

-- Whoever changes what is tracked, or how, has every backend rebuild its plans.
CREATE FUNCTION journal.invalidate_plan() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_invalidate_plan';
COMMENT ON FUNCTION journal.invalidate_plan() IS
    'trigger function that has every session read anew how the relation of a changed row is tracked';

CREATE TRIGGER invalidate_plan AFTER INSERT OR UPDATE OR DELETE ON journal.tracked_relation
    FOR EACH ROW EXECUTE FUNCTION journal.invalidate_plan();
ALTER TABLE journal.tracked_relation ENABLE ALWAYS TRIGGER invalidate_plan;
CREATE TRIGGER invalidate_plan AFTER INSERT OR UPDATE OR DELETE ON journal.event_rule
    FOR EACH ROW EXECUTE FUNCTION journal.invalidate_plan();
ALTER TABLE journal.event_rule ENABLE ALWAYS TRIGGER invalidate_plan;

-- DDL. Commands that an event rule's condition could notice, and those that make, alter or drop tables.
CREATE FUNCTION journal.follow_ddl() RETURNS event_trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_follow_ddl';
COMMENT ON FUNCTION journal.follow_ddl() IS
    'event trigger function: tracks new partitions and children of tracked tables, records layouts and names, and refuses '
    'what breaks an event rule (JE033)';

CREATE FUNCTION journal.follow_drop() RETURNS event_trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_follow_drop';
COMMENT ON FUNCTION journal.follow_drop() IS
    'event trigger function: forgets dropped tables, keeping their history, and refuses to drop what an event rule or an '
    'option of track depends on (JE033)';

CREATE EVENT TRIGGER event_journal_ddl ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE SCHEMA', 'ALTER TABLE', 'ALTER SCHEMA', 'ALTER TYPE', 'ALTER DOMAIN',
                 'ALTER FUNCTION', 'ALTER PROCEDURE', 'ALTER ROUTINE', 'ALTER AGGREGATE', 'ALTER OPERATOR',
                 'ALTER COLLATION', 'CREATE FUNCTION', 'CREATE AGGREGATE', 'CREATE OPERATOR', 'CREATE CAST')
    EXECUTE FUNCTION journal.follow_ddl();
ALTER EVENT TRIGGER event_journal_ddl ENABLE ALWAYS;

CREATE EVENT TRIGGER event_journal_drop ON sql_drop
    EXECUTE FUNCTION journal.follow_drop();
ALTER EVENT TRIGGER event_journal_drop ENABLE ALWAYS;
