# journal.maintenance() makes nobody wait for longer than event_journal.lock_timeout: the rebuilding of a month's index, which keeps
# writers from the month and readers from the index, gives way to whoever has waited for so long, and is made up for later.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use EventJournal;

my $node = journal_node('giving_way');
# An index of a user's whose rebuilding takes half a minute while the table "slow" has a row: 300 entries, a tenth of a second each.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE slow ();
CREATE FUNCTION slowly(id bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM public.slow) THEN
        PERFORM pg_sleep(0.1);
    END IF;
    RETURN id;
END $$;
CREATE FUNCTION put(first integer, last integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                               account, object_type, object_id)
    SELECT n, '2003-05-10', '3', n, 1, 0, 69, 'l', true, false, '', 'user', '1' FROM generate_series(first, last) n $$;
SELECT put(1000001, 1000300);
SELECT journal.maintain(0);
CREATE INDEX slow_idx ON journal.entry_2003_05 (slowly(id));
INSERT INTO slow DEFAULT VALUES;
SQL

# Calls maintenance, and runs a statement once the index is being rebuilt; returns how long that took, and what maintenance said.
sub beside_maintenance
{
	my ($sql) = @_;
	my ($out, $warnings) = ('', '');
	my $keeper = IPC::Run::start(
		[ 'psql', '-XqAt', '-d', $node->connstr('postgres'), '-c', q{SET event_journal.lock_timeout = '1s'}, '-c', 'CALL journal.maintenance(0)' ],
		'>', \$out, '2>', \$warnings);
	$node->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'journal.slow_idx'::regclass AND mode = 'AccessExclusiveLock'
		AND granted)}) or die 'the index is not rebuilt';
	my $began = time;
	$node->safe_psql('postgres', $sql);
	my $took = time - $began;
	$keeper->finish;
	return ($took, $warnings);
}
my $waited = qr/^WARNING:  could not rebuild the indexes of journal\.entry_2003_05\nDETAIL:  Other sessions waited for it longer than event_journal\.lock_timeout\./m;
sub indexed { return $node->safe_psql('postgres', q{SELECT indexed_entries FROM journal.closed_month}) }

my ($took, $warnings) = beside_maintenance('SELECT put(1000301, 1000301)');
cmp_ok($took, '<', 10, 'who writes into the month waits no longer than for lock_timeout');
like($warnings, $waited, 'and maintenance says why it gave up');
is(indexed(), '', 'the month is not taken for rebuilt');

($took, $warnings) = beside_maintenance(q{SELECT count(*) FROM journal.report('custom', '2003-05-01', '2003-05-20')});
cmp_ok($took, '<', 10, 'nor does who reads it');
like($warnings, $waited, 'to whom maintenance gives way as well');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_index WHERE indrelid = 'journal.entry_2003_05'::regclass AND NOT indisvalid}), 0,
	'every index is as it was');

# A call that is cancelled otherwise ends as any other.
my $canceled = '';
my $keeper = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('postgres'), '-c', 'CALL journal.maintenance(0)' ], '2>', \$canceled);
$node->poll_query_until('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_locks WHERE relation = 'journal.slow_idx'::regclass
	AND mode = 'AccessExclusiveLock' AND granted}) or die 'the index is not rebuilt';
$keeper->finish;
like($canceled, qr/^ERROR:  canceling statement due to user request/m, 'a user who cancels the call ends it');

# A build that nobody waits for goes on for longer than lock_timeout.
$node->safe_psql('postgres', 'TRUNCATE slow');
$node->safe_psql('postgres', <<'SQL');
CREATE OR REPLACE FUNCTION slowly(id bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM pg_sleep(0.005);
    RETURN id;
END $$;
SET event_journal.lock_timeout = '200ms';
CALL journal.maintenance(0);
SQL
is(indexed(), 301, 'the next call makes up for it, however long it takes where nobody waits');
$node->stop;
done_testing();
