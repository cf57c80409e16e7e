\echo Use "ALTER EXTENSION event_journal UPDATE TO '1.1'" to load this file. \quit

-- From 1.0 to 1.1. What is new comes from the install script's parts, what changes is written here.

-- include update_begin.sql

ALTER TABLE journal.event_type DROP CONSTRAINT event_type_event_group_fkey;
ALTER TABLE journal.event_rule DROP CONSTRAINT event_rule_relation_fkey;
ALTER TABLE journal.event_rule DROP CONSTRAINT event_rule_event_type_fkey;

DROP FUNCTION journal.restore(bigint, text);
-- include 45_transaction_index.sql
SELECT journal.equip_partition(inhrelid::pg_catalog.regclass) FROM pg_catalog.pg_inherits
WHERE inhparent = 'journal.entry'::pg_catalog.regclass;

-- Making the indexes has waited for whoever was writing entries.
ALTER TABLE journal.tracked_relation ADD COLUMN object_types text[];
COMMENT ON COLUMN journal.tracked_relation.object_types IS
    'every object type that entries of its rows may have, former ones included; NULL: not known, as in a dump of 1.0';
WITH recorded AS MATERIALIZED (SELECT DISTINCT relation, object_type FROM journal.entry WHERE object_type IS NOT NULL)
UPDATE journal.tracked_relation t
SET object_types = ARRAY(SELECT r.object_type FROM recorded r WHERE r.relation = t.id
                         UNION SELECT t.object_type WHERE t.object_type IS NOT NULL);

-- include 52_restore.sql
-- The view goes over to the new function before the old one goes: what others made of the view stays.
ALTER FUNCTION journal.decode_entry(text, integer, "char", jsonb) RENAME TO former_decode_entry;
-- include 70_entries.sql
DROP FUNCTION journal.former_decode_entry(text, integer, "char", jsonb);
-- include 75_past.sql
-- include 76_undo.sql
-- include 90_privileges.sql
-- include update_end.sql
