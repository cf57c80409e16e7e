# Virtual generated columns, which PostgreSQL has since 18, are in no row, so they are in no snapshot;
# conditions may name them, and a restored row has them.
use strict;
use warnings;
use Test::More;
use EventJournal;

my $node = journal_node('main');
plan skip_all => 'this PostgreSQL has no virtual generated columns'
	unless $node->safe_psql('postgres', 'SHOW server_version_num') >= 180000;

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE item (
    id integer PRIMARY KEY, price numeric, count integer,
    total numeric GENERATED ALWAYS AS (price * count) VIRTUAL, note text, name text GENERATED ALWAYS AS (upper(note)) STORED);
SELECT journal.track('item', label => 'note');
SELECT journal.add_event_type('item.dear', 'other', 'changed', 'item', '{"en": "Item has become dear"}');
SELECT journal.add_rule('item', 'item.dear', 'update', '{count}', 'new.total > 100 AND old.total <= 100');
INSERT INTO item VALUES (1, 10, 5, DEFAULT, 'one'), (2, 10, 5, DEFAULT, 'two');
UPDATE item SET count = 9 WHERE id = 1;
UPDATE item SET count = 20 WHERE id = 1;
UPDATE item SET price = 1 WHERE id = 1;
DELETE FROM item WHERE id = 1;
SQL
is( $node->safe_psql('postgres', 'SELECT event, old, new, snapshot FROM journal.entries WHERE object_id = $$1$$ ORDER BY id'),
	<<'ROWS' =~ s/\n\z//r, 'no event holds a virtual column, and a condition knows it');
item.created|||{"id": 1, "name": "ONE", "note": "one", "count": 5, "price": 10}
item.changed|{"count": 5}|{"count": 9}|
item.dear|{"count": 9}|{"count": 20}|
item.changed|{"price": 10}|{"price": 1}|
item.deleted|||{"id": 1, "name": "ONE", "note": "one", "count": 20, "price": 1}
ROWS
is( $node->safe_psql('postgres', q{SELECT r.object_id FROM journal.deleted_objects() d, journal.restore(d.entry) r;
	SELECT * FROM item WHERE id = 1}), "1\n1|1|20|20|one|ONE", 'it comes back by itself');
my ($status, $out, $error) = $node->psql('postgres', q{SELECT journal.add_rule('item', 'item.dear', 'update', '{total}')});
like($error, qr/column "total" cannot be among a rule's columns/, 'its change is no event');
is($node->safe_psql('postgres', q{DO $$ BEGIN PERFORM journal.drop_rule(1); END $$; ALTER TABLE item DROP COLUMN total; UPDATE item SET count = 1 WHERE id = 1;
	SELECT event FROM journal.entries ORDER BY id DESC LIMIT 1}), 'item.changed', 'and the history goes on without it');

$node->stop;
done_testing();
