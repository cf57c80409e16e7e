# The feed under load, on a standby, after a promotion, a crash and a dump: nobody misses a committed entry, and what did not
# become of the server that delivered it is told.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $seconds = $ENV{EVENT_JOURNAL_SECONDS} // 3;
# What is not waited for reaches the disk late.
my $node = journal_node('primary', "wal_level = replica\nwal_writer_delay = 10s\nsynchronous_commit = on\n");
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE purse (id integer PRIMARY KEY, amount integer NOT NULL);
SELECT journal.track('purse');
INSERT INTO purse SELECT g, 100 FROM generate_series(1, 20) g;
CREATE TABLE follower (position text);
INSERT INTO follower VALUES (NULL);
CREATE TABLE delivered (place bigint GENERATED ALWAYS AS IDENTITY, entry bigint, change bigint, transaction_id xid8, object_id text);
-- A page, and where to go on, both or neither.
CREATE FUNCTION follow(page_size integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line record;
	found_any boolean := false;
	place text := (SELECT position FROM follower);
BEGIN
	FOR line IN SELECT * FROM journal.changes_since(place, page_size) LOOP
		IF line.entry IS NOT NULL THEN
			INSERT INTO delivered (entry, change, transaction_id, object_id) VALUES (line.entry, line.change, line.transaction_id, line.object_id);
			found_any := true;
		END IF;
		place := line.next_position;
	END LOOP;
	UPDATE follower SET position = place;
	RETURN found_any;
END
$$;
SQL
my $write = $node->basedir . '/write.sql';
append_to_file($write, <<'SQL');
\set giver random(1, 20)
\set taker random(1, 20)
\set pause random(0, 8)
BEGIN;
UPDATE purse SET amount = amount - 1 WHERE id = least(:giver, :taker);
\sleep :pause ms
SAVEPOINT s;
UPDATE purse SET amount = amount + 2 WHERE id = greatest(:giver, :taker);
ROLLBACK TO s;
UPDATE purse SET amount = amount + 1 WHERE id = greatest(:giver, :taker);
COMMIT;
SQL
my $abandon = $node->basedir . '/abandon.sql';
append_to_file($abandon, <<'SQL');
\set one random(1, 20)
BEGIN;
UPDATE purse SET amount = amount - 1 WHERE id = :one;
ROLLBACK;
SQL
my $follow = $node->basedir . '/follow.sql';
append_to_file($follow, "SELECT follow(7);\n");
my ($out, $errors) = ('', '');
my $writers = IPC::Run::start([ 'pgbench', '-n', '-c', 8, '-T', $seconds, '-d', $node->connstr('postgres'), '-f', "$write\@4", '-f', "$abandon\@1" ],
	'>', \$out, '2>', \$errors);
$node->command_ok([ 'pgbench', '-n', '-c', 1, '-T', $seconds, '-f', $follow, 'postgres' ], 'a follower beside eight writers');
$writers->finish;
is($writers->result(0), 0, 'the writers') or diag($errors);
my $during = $node->safe_psql('postgres', 'SELECT count(*) FROM delivered');
cmp_ok($during, '>', 50, 'entries were delivered meanwhile');
1 while $node->safe_psql('postgres', 'SELECT follow(1000)') eq 't';

# An account of its own: what changed the purses and committed, by the journal's table itself.
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT entry) FROM delivered'),
	$node->safe_psql('postgres', 'SELECT count(*), count(*) FROM journal.entry'), 'each entry came once');
is($node->safe_psql('postgres', 'SELECT count(*) FROM journal.entry e FULL JOIN delivered d ON d.entry = e.id WHERE d.entry IS NULL OR e.id IS NULL'),
	'0', 'no other');
is($node->safe_psql('postgres', q{SELECT count(*) FROM (SELECT entry < lag(entry) OVER (PARTITION BY object_id ORDER BY place) AS back FROM delivered) d WHERE back}),
	'0', 'those of one row in their order');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM (SELECT entry < lag(entry) OVER (ORDER BY place) AS back FROM delivered) d WHERE back}),
	'>', 0, 'and some later than others of a greater number: the load was one');

# Who holds a snapshot from before the position does not see what it says to be delivered.
sub behind
{
	my ($server, $position) = @_;
	return $server->safe_psql('postgres', "SELECT (array_agg(next_position))[count(*)] FROM journal.changes_since('$position')");
}
my $read = "SELECT count(entry) FROM journal.changes_since('%s')";
my ($in, $seen, $refusal) = ('', '', '');
my $session = IPC::Run::start([ 'psql', '-X', '-q', '-At', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$seen, '2>', \$refusal);
$in .= "BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT 'purses', count(*) FROM purse;\n";
$session->pump until $seen =~ /purses/;
$node->safe_psql('postgres', 'UPDATE purse SET amount = 0 WHERE id = 1');
my $position = behind($node, $node->safe_psql('postgres', 'SELECT position FROM follower'));
$in .= sprintf("\\set VERBOSITY verbose\n$read;\n\\q\n", $position);
$session->finish;
like($refusal, qr/JE091: .*the transaction's snapshot is older than the position of the feed/, 'an older snapshot is refused');

# A crash loses what was not waited for, but nothing that was delivered.
$node->safe_psql('postgres', 'SET synchronous_commit = off; UPDATE purse SET amount = 1 WHERE id = 1');
is($node->safe_psql('postgres', sprintf($read, $position)), '1', 'a change that may not be on disk is delivered');
$position = behind($node, $position);
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', 'SELECT amount FROM purse WHERE id = 1'), '1', 'and has survived a crash');
is($node->safe_psql('postgres', sprintf($read, $position)), '0', 'to which the position belongs');

# On a standby, and after it was promoted.
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', 'UPDATE purse SET amount = 2 WHERE id = 1');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('postgres', sprintf($read, $position)), '1', 'the standby goes on from a position of the primary');
my $of_standby = behind($standby, $position);
is($node->safe_psql('postgres', sprintf($read, $of_standby)), '0', 'and the primary from one of the standby');
# A transaction in flight is seen to be so, there too.
($in, $seen) = ('', '');
$session = IPC::Run::start([ 'psql', '-X', '-q', '-At', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$seen, '2>', \$refusal);
$in .= "BEGIN;\nUPDATE purse SET amount = 3 WHERE id = 2;\nSELECT 'open';\n";
$session->pump until $seen =~ /open/;
$node->safe_psql('postgres', 'UPDATE purse SET amount = 3 WHERE id = 1');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('postgres', sprintf($read, $of_standby)), '1', 'the standby delivers what is committed');
$position = behind($standby, $of_standby);
$in .= "COMMIT;\n\\q\n";
$session->finish;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('postgres', sprintf($read, $position)), '1', 'and what was in flight once it is');
$position = behind($standby, $position);
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
$node->safe_psql('postgres', 'UPDATE purse SET amount = 4 WHERE id = 1');
my $ahead = behind($node, $position);
my ($code, $answer, $error) = $standby->psql('postgres', "\\set VERBOSITY verbose\n" . sprintf($read, $ahead));
like($error, qr/JE091: .*this server has not got to the position of the feed yet/, 'a position that the standby has not got to');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
$position = behind($standby, $position);

# It is promoted without the primary's last change.
$standby->stop;
$node->safe_psql('postgres', 'UPDATE purse SET amount = 5 WHERE id = 1');
$ahead = behind($node, $position);
$node->stop;
$standby->start;
$standby->promote;
$standby->safe_psql('postgres', 'UPDATE purse SET amount = 6 WHERE id = 1');
is($standby->safe_psql('postgres', sprintf($read, $position)), '1', 'the promoted standby goes on from before the fork');
($code, $answer, $error) = $standby->psql('postgres', "\\set VERBOSITY verbose\n" . sprintf($read, $ahead));
like($error, qr/JE090: .*the position of the feed lies beyond the point where this server went its own way/, 'and refuses a position beyond it');
like($error, qr/timeline 1 at .*this server is on timeline 2/, 'with both timelines');
$position = behind($standby, $position);
is($standby->safe_psql('postgres', sprintf($read, $position)), '0', 'positions of its own timeline');

# A dump begins another incarnation, whose transaction ids are others. Entries of the older one come first.
$standby->safe_psql('postgres', 'UPDATE purse SET amount = 7 WHERE id = 1');
my $entries = $standby->safe_psql('postgres', 'SELECT count(*) FROM journal.entry');
my $dump = $standby->basedir . '/dump';
$standby->command_ok([ 'pg_dump', '-Fc', '-f', $dump, 'postgres' ], 'dump');
$standby->safe_psql('postgres', 'CREATE DATABASE copy');
$standby->command_ok([ 'pg_restore', '-d', 'copy', $dump ], 'restore');
$standby->safe_psql('copy', 'UPDATE purse SET amount = 8 WHERE id IN (1, 2)');
is($standby->safe_psql('copy', 'SELECT count(entry) FROM journal.changes_since(page_size => 10000)'), $entries + 2, 'all, of both incarnations');
is($standby->safe_psql('copy', 'SELECT max(entry) FROM (SELECT entry FROM journal.changes_since(page_size => 10000) WITH ORDINALITY ORDER BY ordinality LIMIT ' . $entries . ') c'),
	$standby->safe_psql('postgres', 'SELECT max(id) FROM journal.entry'), 'the older first');
is($standby->safe_psql('copy', sprintf('SELECT string_agg((new ->> $$amount$$), $$ $$) FROM journal.changes_since($$%s$$)', $position)), '7 8 8',
	'a position of the older one: what it had not delivered, and what is new');
# A page that ends in the midst of the older ones goes on behind it.
is($standby->safe_psql('copy', q{
	WITH RECURSIVE page (place, number, entries) AS (
		SELECT NULL, 0, 0::bigint
		UNION ALL
		SELECT c.place, number + 1, page.entries + c.entries FROM page,
			LATERAL (SELECT (array_agg(next_position))[count(*)], count(entry) FROM journal.changes_since(page.place, 500)) AS c (place, entries)
		WHERE number = 0 OR c.entries > 0)
	SELECT max(entries) FROM page}), $entries + 2, 'page by page');
$standby->stop;
done_testing();
