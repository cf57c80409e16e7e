# Marks made while many sessions write: what money there is stays the same in every transaction, so it is the same at every
# mark, and a snapshot of it that a mark got wrong would show. Of two marks made at once neither is the later one, and what
# differs between them is as right.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $seconds = $ENV{EVENT_JOURNAL_SECONDS} // 4;
my $node = journal_node('load');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE purse (id integer PRIMARY KEY, amount integer NOT NULL, note text);
SELECT journal.track('purse');
INSERT INTO purse SELECT g, 100, '' FROM generate_series(1, 30) g;
CREATE TABLE seen (mark text, found integer);
SQL
my $script = $node->basedir . '/transfer.sql';
append_to_file($script, <<'SQL');
\set giver random(1, 30)
\set taker random(1, 30)
BEGIN;
UPDATE purse SET amount = amount - 5 WHERE id = least(:giver, :taker);
SAVEPOINT s;
UPDATE purse SET amount = amount + 5 WHERE id = greatest(:giver, :taker);
RELEASE s;
DELETE FROM purse WHERE id = greatest(:giver, :taker) AND note = 'never';
COMMIT;
SQL
my $marker = $node->basedir . '/mark.sql';
append_to_file($marker, <<'SQL');
SELECT journal.mark(clock_timestamp() || ' of ' || :client_id);
\sleep 60 ms
SQL
# Keys move too: a row leaves and comes back within a transaction, or stays at its other key.
my $mover = $node->basedir . '/move.sql';
append_to_file($mover, <<'SQL');
\set who random(1, 30)
BEGIN;
UPDATE purse SET id = -id WHERE id = :who;
UPDATE purse SET note = note || '.' WHERE id = -:who;
UPDATE purse SET id = -id WHERE id = -:who;
COMMIT;
SQL
$node->command_ok(
	[ 'pgbench', '-n', '-c', 6, '-T', $seconds, '--max-tries=100', '-f', "$script\@20", '-f', "$marker\@1", '-f', "$mover\@3", 'postgres' ],
	'transfers, moves and marks');

cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM journal.marks'), '>', 5, 'many marks');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM journal.entry'), '>', 200, 'many entries');
is( $node->safe_psql(
		'postgres', q{SELECT m.name, s.* FROM journal.marks m, LATERAL
		(SELECT sum(amount), count(*), count(*) FILTER (WHERE id < 0) FROM journal.table_as_of(NULL::purse, mark => m.name)) s (sum, count, moved)
		WHERE s::text <> '(3000,30,0)'}),
	'', 'nothing is lost or doubled at any mark');
is( $node->safe_psql(
		'postgres', q{SELECT m.name FROM (SELECT name, lead(name) OVER (ORDER BY made_at, name) AS later FROM journal.marks) m,
		LATERAL (SELECT coalesce(sum((new_row).amount - (old_row).amount), 0) AS change, count(*) FILTER (WHERE operation <> 'update') AS others
			FROM journal.diff(NULL::purse, from_mark => m.name, to_mark => m.later)) d WHERE later IS NOT NULL AND d::text <> '(0,0)'}),
	'', 'nor between two marks');
is($node->safe_psql('postgres', q{SELECT * FROM journal.verify_history('purse')}), '', 'every history leads to the present state');

done_testing();
