\i test/regress/fresh.sql
-- An entry's row is formed by us; it has the very form that the server would have given it.

CREATE SCHEMA crm;
CREATE TABLE crm.client (id integer PRIMARY KEY, name text, office text);
CREATE TABLE crm.visit (
    id integer PRIMARY KEY, client_id integer REFERENCES crm.client, account text, place text, title text, body text);
SELECT journal.track('crm.client', 'client', label => 'name');
SELECT journal.track('crm.visit', 'visit', label => 'title', account => 'account', location => 'place',
                     document => 'client_id', links => '{client_id}');
SELECT journal.add_rule('crm.visit', 'client.created', 'insert', details => '{body}') > 0 AS added;

-- Texts and jsonb on both sides of the short header's limit, of 126 bytes, and of the size at which a row is toasted.
INSERT INTO crm.client SELECT i, repeat('n', i), NULL FROM generate_series(1, 140) AS i;
INSERT INTO crm.visit
SELECT i, nullif(i % 7, 0), repeat('a', i % 3), repeat('p', 130 - i), repeat('t', i), repeat('b', i * 20)
  FROM generate_series(1, 130) AS i;
UPDATE crm.visit SET body = body || 'x', title = NULL WHERE id % 2 = 0;
UPDATE crm.visit SET id = id + 1000 WHERE id % 3 = 0;
BEGIN;
SELECT journal.set_context(employee => repeat('e', 127), reason => 'why');
DELETE FROM crm.visit WHERE id % 5 = 0;
COMMIT;
SELECT journal.log('user.logged_in', 'user', '7', details => '{"from": "here"}') > 0 AS logged;
SELECT journal.log('user.logged_in', 'user', '7', 'an odd label', occurred_at => '2020-02-02 00:00+00') > 0 AS logged;

-- id + 0 has the server form each row anew.
CREATE TABLE formed AS
SELECT id + 0 AS id, occurred_at, transaction_id, change, session, context, restores, command, event_type, relation,
       layout, operation, reported, backfilled, derived, account, location, employee, object_type, object_id, previous_id,
       document_type, document_id, label, links, details, data, recorded_at, other_type, other_id
  FROM journal.entry ORDER BY id;
SELECT count(*) AS entries, count(*) FILTER (WHERE e.* *= f.*) AS same_values
  FROM journal.entry AS e JOIN formed AS f USING (id);
SELECT count(*) AS other_sizes
  FROM (SELECT id, pg_column_size(e.*) FROM journal.entry AS e
        EXCEPT SELECT id, pg_column_size(f.*) FROM formed AS f) AS other;
