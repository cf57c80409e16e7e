\i test/regress/fresh.sql
-- The paths by which names are looked up: a type or table in somebody's temporary schema changes nothing of what is recorded,
-- brought back or shown.

CREATE TABLE ticket (id integer PRIMARY KEY, state varchar(10));
CREATE TABLE setting (id integer PRIMARY KEY, kind regtype, place regclass);
SELECT journal.track('ticket', 'ticket'), journal.track('setting', 'setting');
SELECT journal.add_event_type('ticket.closed', 'other', 'changed', 'ticket', '{"en": "Closed"}');
SELECT journal.add_rule('ticket', 'ticket.closed', 'update', '{state}', condition => $$new.state::text = 'closed'$$);
-- Added while pg_temp holds a type, or comes first in the path: what is stored ends with it.
CREATE DOMAIN pg_temp.mine AS text;
SET search_path = pg_temp, public;
SELECT journal.add_event_type('ticket.opened', 'other', 'changed', 'ticket', '{"en": "Opened"}');
SELECT journal.add_rule('ticket', 'ticket.opened', 'update', '{state}', condition => $$new.state::text = 'open'$$);
RESET search_path;
SELECT number, search_path FROM journal.event_rule ORDER BY number;

INSERT INTO ticket VALUES (1, 'new'), (2, 'new');
UPDATE ticket SET state = 'closed' WHERE id = 1;
UPDATE ticket SET state = 'open' WHERE id = 1;
-- In a session that has read no rule yet.
\c -
CREATE DOMAIN pg_temp.text AS varchar(1);
CREATE DOMAIN pg_temp.varchar AS pg_catalog.varchar(1);
CREATE TEMP TABLE pg_class (id integer);
UPDATE ticket SET state = 'closed' WHERE id = 2;
UPDATE ticket SET state = 'open' WHERE id = 2;
SELECT event, object_id FROM journal.entries WHERE object_type = 'ticket' ORDER BY id;

-- Values whose text depends on the path.
INSERT INTO setting VALUES (1, 'pg_catalog.text', 'pg_catalog.pg_class');
SELECT new.kind = 'pg_catalog.text'::regtype AS kind, new.place = 'pg_catalog.pg_class'::regclass AS place
FROM journal.table_as_of(NULL::setting, key => '1', moment => now()) AS new;
DELETE FROM setting;
SELECT count(*) FROM journal.restore((SELECT max(id) FROM journal.entry WHERE operation = 'd'));
SELECT kind = 'pg_catalog.text'::regtype AS kind, place = 'pg_catalog.pg_class'::regclass AS place FROM setting;
\c -
-- Said the same in both sessions.
INSERT INTO setting VALUES (2, 'text', 'pg_class');
SELECT count(DISTINCT snapshot - 'id'), count(*) FROM journal.entries WHERE object_type = 'setting' AND snapshot IS NOT NULL;
