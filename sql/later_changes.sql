\i test/regress/fresh.sql
-- What comes over a tracked table later must not show what is hidden, nor lose names; and what is said of a transaction
-- must not refuse its writes.

-- What is to stay hidden stays so when a key, a reference or a label comes over it later.
CREATE TABLE person (passport text, name text);
SELECT journal.track('person', masked => '{passport}');
ALTER TABLE person ADD PRIMARY KEY (passport);
INSERT INTO person VALUES ('secret', 'Ann');
UPDATE person SET passport = 'secret too';
SELECT event, object_id, previous_id, old, new, snapshot FROM journal.entries WHERE object_type = 'person' ORDER BY id;
CREATE TABLE file (owner integer, code text, PRIMARY KEY (owner, code));
CREATE TABLE page (id integer PRIMARY KEY, owner integer, code text, FOREIGN KEY (owner, code) REFERENCES file);
SELECT journal.track('file');
SELECT journal.track('page', document => 'owner', masked => '{code}');
SELECT journal.track('page', document => 'owner');
CREATE TABLE client (id integer PRIMARY KEY, name text, login text);
INSERT INTO client VALUES (1, 'secret', 'ann');
SELECT journal.track('client', masked => '{name}');
SELECT journal.untrack('client');
CREATE TABLE sale (id integer PRIMARY KEY, client integer REFERENCES client);
SELECT journal.track('sale');
UPDATE client SET name = 'still secret';
INSERT INTO client VALUES (2, 'secret', 'bob');
SELECT key, label FROM journal.label ORDER BY 1;

-- Keys that shift within one statement keep their rows' names.
CREATE TABLE step (id integer PRIMARY KEY, name text);
INSERT INTO step VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE TABLE plan (id integer PRIMARY KEY, step integer REFERENCES step);
SELECT journal.track('plan');
ALTER TABLE plan DROP CONSTRAINT plan_step_fkey;
ALTER TABLE step DROP CONSTRAINT step_pkey, ADD PRIMARY KEY (id) DEFERRABLE;
UPDATE step SET id = id + 1;
SELECT key, label, valid_to = 'infinity' AS present FROM journal.label JOIN journal.tracked_relation t ON t.id = label.relation
WHERE t.relation = 'step'::regclass ORDER BY 1, 3, 2;

-- What is said of a transaction is refused when it is said, not when something is written.
SET event_journal.extra = '{';
SET event_journal.extra = '"\u0000"';
SET event_journal.extra = '1e200000';
SET event_journal.extra = '{"ok": "\u0001"}';
INSERT INTO plan VALUES (1);
SELECT extra FROM journal.entries WHERE object_type = 'plan';
