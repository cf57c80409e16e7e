# The server is killed while months are being closed and others write into them: each step is there or not, summaries say what
# their months hold or are not believed, reports find what they should, and the next maintenance completes what is left.
#
#   STRESS_SEED, STRESS_ROUNDS
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(usleep);
use EventJournal;
use IPC::Run;
use PostgreSQL::Test::Utils;

my $seed   = $ENV{STRESS_SEED}   // 1;
my $rounds = $ENV{STRESS_ROUNDS} // 4;

# As in 041_crash.
my $node = journal_node('closing', "wal_level = replica\nsynchronous_commit = on\nfull_page_writes = on\n");
$node->safe_psql('postgres', <<'SQL');
CREATE SEQUENCE number;
CREATE FUNCTION put(month integer, entries integer, employee text DEFAULT NULL) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported,
                               backfilled, account, location, employee, object_type, object_id)
    SELECT nextval('number'), '2019-01-01 00:00+00'::timestamptz + month * interval '1 month' + n * interval '1 minute', '3', n, 1, 0,
           1 + n % 40, CASE WHEN n % 9 = 0 THEN 'd' ELSE 'u' END::"char", true, false, 'a' || n % 3, 'l' || n % 17, coalesce(employee, 'e' || n % 29), 'task', n::text
    FROM generate_series(1, entries) n;
END;
-- What is wrong with a summary that counts.
CREATE FUNCTION mistakes() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT relation_oid FROM journal.closed_month c
                 WHERE NOT EXISTS (SELECT FROM journal.late_write l WHERE l.relation_oid = c.relation_oid) LOOP
        RETURN QUERY EXECUTE format(
            'WITH entries AS (SELECT journal.account_hash(account), journal.event_key(event_type, reported, operation), '
            'journal.text_hash(location), journal.text_hash(employee), count(*) FROM %s GROUP BY 1, 2, 3, 4), '
            'summary AS (SELECT * FROM journal.month_combinations(%L)) '
            'SELECT %L || e FROM (TABLE entries EXCEPT ALL TABLE summary) e UNION ALL '
            'SELECT %L || s FROM (TABLE summary EXCEPT ALL TABLE entries) s', month, month, month, month);
        RETURN QUERY EXECUTE format(
            'WITH entries AS (SELECT journal.account_hash(account), occurred_at, id, journal.object_hash(account, object_type, object_id) '
            'FROM %s WHERE operation = ''d''), known AS (SELECT account, occurred_at, entry, object FROM journal.month_deletion '
            'WHERE relation_oid = %L::regclass) '
            'SELECT ''a deletion, '' || e FROM (TABLE entries EXCEPT ALL TABLE known) e UNION ALL '
            'SELECT ''no deletion, '' || k FROM (TABLE known EXCEPT ALL TABLE entries) k', month, month);
    END LOOP;
END $$;
SQL
$node->safe_psql('postgres', join ';', map { "SELECT put($_, 3000)" } 0 .. 5);
$node->safe_psql('postgres', 'SELECT journal.maintain()');

my $rare = q{SELECT count(*) FROM journal.report(employees => '{rare}', page_size => 1000)};
my $written = 0;
srand($seed);
for my $round (1 .. $rounds)
{
	my $moment = 20_000 + int(rand(700_000));
	my $repeat = "STRESS_SEED=$seed, round $round";
	my ($out, $err) = ('', '');
	my $keeper = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres') . ' options=-cclient_min_messages=error',
		'-c', 'CALL journal.maintenance()' ], '>', \$out, '2>', \$err);
	# Somebody writes into a month; he knows whether it is there.
	my $month = int(rand(6));
	my ($status) = $node->psql('postgres', "SELECT put($month, 1, 'rare')", timeout => 60);
	$written++ if defined $status && $status == 0;
	usleep($moment);
	$node->stop('immediate');
	$keeper->finish;
	$node->start;
	is($node->safe_psql('postgres', 'SELECT * FROM mistakes()'), '', "no summary that counts is wrong ($repeat)");
	is($node->safe_psql('postgres', "SET event_journal.account = 'a1'; $rare"), $written, "a report finds all ($repeat)");
	is( $node->safe_psql('postgres', q{SELECT indexrelid::regclass FROM pg_index JOIN pg_inherits ON inhrelid = indrelid
			WHERE inhparent = 'journal.entry'::regclass AND NOT indisvalid}), '', "every index is whole ($repeat)");
}
$node->safe_psql('postgres', 'SET client_min_messages = error; CALL journal.maintenance()');
is($node->safe_psql('postgres', q{SELECT count(*), count(*) FILTER (WHERE entries <= indexed_entries * 1.2),
	(SELECT count(*) FROM journal.late_write) FROM journal.closed_month}), '6|6|0', 'the next maintenance closes all');
is($node->safe_psql('postgres', 'SELECT * FROM mistakes()'), '', 'rightly');
is($node->safe_psql('postgres', "SET event_journal.account = 'a1'; $rare"), $written, 'a report finds all then');
cmp_ok($written, '>', 0, 'there was something to find');
$node->stop;
done_testing();
