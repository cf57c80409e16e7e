\i test/regress/fresh.sql
-- Tables that have the journal's trigger and that nobody tracks: a change is recorded, whatever the table is called and however
-- often it was dropped and made anew, as a schema-only restore with --clean does it.
CREATE SCHEMA crm;
SET client_min_messages = error;
DO $$
BEGIN
    FOR i IN 1..4 LOOP
        DROP TABLE IF EXISTS crm.visits, crm."on: hold";
        CREATE TABLE crm.visits (id integer PRIMARY KEY);
        CREATE TABLE crm."on: hold" (id integer PRIMARY KEY);
        CREATE TRIGGER "00_event_journal" AFTER INSERT OR UPDATE OR DELETE ON crm.visits FOR EACH ROW EXECUTE FUNCTION journal.capture();
        CREATE TRIGGER "00_event_journal" AFTER INSERT OR UPDATE OR DELETE ON crm."on: hold" FOR EACH ROW EXECUTE FUNCTION journal.capture();
        INSERT INTO crm.visits VALUES (i);
        INSERT INTO crm."on: hold" VALUES (i);
    END LOOP;
END
$$;
SELECT event, object_type, object_id FROM journal.entries ORDER BY id;
SELECT relation, relation_name, object_type, capture FROM journal.tracked_relation ORDER BY id;
-- Somebody else's type of that name is let alone.
CREATE TABLE crm.parts (id integer PRIMARY KEY);
CREATE TABLE crm.items (id integer PRIMARY KEY);
SELECT journal.track('crm.parts', 'items'), journal.track('crm.visits', 'crm.items');
CREATE TRIGGER "00_event_journal" AFTER INSERT OR UPDATE OR DELETE ON crm.items FOR EACH ROW EXECUTE FUNCTION journal.capture();
INSERT INTO crm.items VALUES (1);
INSERT INTO crm.parts VALUES (1);
SELECT event, object_type, object_id FROM journal.entries ORDER BY id DESC LIMIT 2;
