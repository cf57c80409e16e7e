# Deletions from an earlier life of the database, before it was dumped and restored: oids and column numbers are others
# now, and transaction ids mean something else. They can be restored all the same.

use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $old = journal_node('old');
$old->safe_psql('postgres', <<'SQL');
CREATE SCHEMA shop;
-- Columns are dropped, so that a dump numbers the rest anew.
CREATE TABLE shop.client (junk int, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, more_junk text, name text, tags text[]);
ALTER TABLE shop.client DROP junk, DROP more_junk;
CREATE TABLE shop.document (id int PRIMARY KEY, title text);
CREATE TABLE shop.contract (junk int, amount numeric) INHERITS (shop.document);
ALTER TABLE shop.contract DROP junk;
CREATE TABLE shop.visit (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.visit_24 (junk int, note text, id int NOT NULL, day date NOT NULL);
ALTER TABLE shop.visit_24 DROP junk;
ALTER TABLE shop.visit ATTACH PARTITION shop.visit_24 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE shop.orders (id int PRIMARY KEY, client int REFERENCES shop.client);
CREATE TABLE shop.items (order_id int REFERENCES shop.orders ON DELETE CASCADE, line int, price numeric, PRIMARY KEY (order_id, line));
SELECT journal.track('shop.client'), journal.track('shop.document'), journal.track('shop.visit'),
       journal.track('shop.orders', 'order'), journal.track('shop.items', 'order_item', document => 'order_id');
SELECT journal.add_rule('shop.orders', 'order.deleted', 'delete');

INSERT INTO shop.client (name, tags) VALUES ('Ann', '[5:6]={a,NULL}'), ('Bob', '{}');
INSERT INTO shop.contract VALUES (1, 'Contract', 1.10);
INSERT INTO shop.visit VALUES (1, '2024-02-29', 'leap');
INSERT INTO shop.orders VALUES (1, 2);
INSERT INTO shop.items VALUES (1, 1, 1.10), (1, 2, NULL);

-- What names objects is kept by their OIDs.
CREATE TABLE shop.named (id int PRIMARY KEY, c regclass, cs regclass[]);
SELECT journal.track('shop.named');
INSERT INTO shop.named VALUES (1, 'shop.client', NULL), (2, 'pg_class', NULL), (3, 'shop.client', '{shop.client}'), (4, 'shop.client', '{}');
SQL
my $rows = q{
SELECT 'client', c::text FROM shop.client c UNION ALL SELECT tableoid::regclass::text, d::text FROM shop.contract d
UNION ALL SELECT tableoid::regclass::text, v::text FROM shop.visit v UNION ALL SELECT 'order', o::text FROM shop.orders o
UNION ALL SELECT 'item', i::text FROM shop.items i ORDER BY 1, 2};
my $before = $old->safe_psql('postgres', $rows);

# The same rows out of the past: at a mark, the mark made in the middle of a transaction.
$old->safe_psql('postgres', q{BEGIN; UPDATE shop.client SET name = 'Anna' WHERE name = 'Ann';
	UPDATE shop.client SET name = 'Ann' WHERE name = 'Anna'; SELECT journal.mark('whole'); DELETE FROM shop.items WHERE line = 2; COMMIT});
$old->safe_psql('postgres', q{INSERT INTO shop.items VALUES (1, 2, NULL)});
my $past = join ' UNION ALL ',
  map { "SELECT '$_', x::text FROM journal.table_as_of(NULL::shop.$_, mark => 'whole') x" } qw(client document visit orders items);
my $present = join ' UNION ALL ', map { "SELECT '$_', x::text FROM shop.$_ x" } qw(client document visit orders items);
my $whole = $old->safe_psql('postgres', "$present ORDER BY 1, 2");
$old->safe_psql('postgres', <<'SQL');
UPDATE shop.named SET c = 'shop.orders' WHERE id < 3;
DELETE FROM shop.named WHERE id = 3;
DELETE FROM shop.orders;
DELETE FROM shop.client;
DELETE FROM shop.document;
DELETE FROM shop.visit;
SQL
is($old->safe_psql('postgres', $rows), '', 'everything is deleted');
is($old->safe_psql('postgres', "$past ORDER BY 1, 2"), $whole, 'and there in the past');

my $dump = $old->basedir . '/dump.sql';
$old->command_ok([ 'pg_dump', '-f', $dump, 'postgres' ], 'dump');
$old->stop;
my $new = empty_node('new');
$new->start;
$new->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-f', $dump ], 'restore the dump');

my $restore = sub {
	my ($type) = @_;
	return $new->safe_psql('postgres', qq{
		SELECT count(*) FROM (SELECT id FROM journal.entries WHERE object_type = '$type' AND operation = 'delete' ORDER BY id) d,
		journal.restore(d.id, 'after the dump')});
};
is($new->safe_psql('postgres', "$past ORDER BY 1, 2"), $whole, 'the past is what it was');
is( $new->safe_psql('postgres', q{SELECT t.relation, v.* FROM journal.tracked_relations t, journal.verify_history(t.relation) v WHERE t.tracked}),
	'', 'every history leads to the present state');
is($restore->('client'), 2, 'rows of a table with renumbered columns');
is($restore->('document'), 1, 'a row of an inheritance child');
is($restore->('visit'), 1, 'a row of a partition');
is($restore->('order'), 3, 'an order with its items');
is($new->safe_psql('postgres', $rows), $before, 'every value is as it was');
is( $new->safe_psql('postgres', 'SELECT count(*), count(DISTINCT restores) FROM journal.entries WHERE restores IS NOT NULL'),
	'7|7',
	'each restore is linked to its deletion');

# An OID of the former life means another object now, or none. Those of PostgreSQL's own objects are the same everywhere,
# and the dump itself writes names.
my $named = sub { return "SELECT c, cs FROM journal.table_as_of(NULL::shop.named, mark => 'whole', key => '$_[0]')" };
my ($status, $out, $error) = $new->psql('postgres', $named->(1), on_error_stop => 0);
like($error, qr/does not fit column "c".*names an object by its OID in another cluster/s, 'an object of the former life');
is($new->safe_psql('postgres', $named->(2)), 'pg_class|', q{an object of PostgreSQL's});
is($new->safe_psql('postgres', $named->(4)), 'shop.client|{}', 'a row untouched since');
(undef, $out, $error) = $new->psql('postgres', q{SELECT count(*) FROM journal.restore(
	(SELECT id FROM journal.entries WHERE object_type = 'named' AND operation = 'delete'))});
is($out, 1, 'the row comes back');
like($error, qr/without the value of column "c": it names objects by their OIDs in another cluster/, 'and its objects do not');
is($new->safe_psql('postgres', q{SELECT c, cs FROM shop.named WHERE id = 3}), '|', 'but are empty');
is($new->safe_psql('postgres', q{SELECT count(*) FROM journal.verify_history('shop.named')}), 0, 'which is no contradiction');

# A row deleted in this life by a transaction that may have the number of an earlier one brings nothing else back.
$new->safe_psql('postgres', 'DELETE FROM shop.orders');
is($new->safe_psql('postgres', q{SELECT count(*) FROM (SELECT max(id) AS id FROM journal.entries WHERE event = 'order.deleted') d,
	journal.restore(d.id, 'again')}), 3, 'an order deleted in this life');
is($new->safe_psql('postgres', $rows), $before, 'every value is as it was, again');
is($new->safe_psql('postgres', "$past ORDER BY 1, 2"), $whole, 'and the past, whatever happens in this life');
$new->stop;

done_testing();
