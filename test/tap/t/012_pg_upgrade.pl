# pg_upgrade carries the journal over as it is, its incarnation included: transaction ids go on, so
# entries from before and after are comparable.
use strict;
use warnings;
use Cwd;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $old = empty_node('old');
$old->start;
$old->safe_psql('postgres', <<'SQL');
CREATE EXTENSION event_journal;
CREATE TABLE client (id integer PRIMARY KEY, obsolete text, name text, status integer) PARTITION BY RANGE (id);
CREATE TABLE client_1 PARTITION OF client FOR VALUES FROM (1) TO (1000);
ALTER TABLE client DROP COLUMN obsolete;
CREATE FUNCTION is_closed(integer) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN $1 = 3;
SELECT journal.track('client', always => true);
SELECT journal.add_rule('client', 'client.discount_changed', 'update', '{status}', 'is_closed(new.status)');
INSERT INTO client VALUES (1, 'Ann', 1), (2, 'Bob', 1);
UPDATE client SET status = 3 WHERE id = 1;
CREATE TABLE old_task (id integer PRIMARY KEY, made timestamptz);
INSERT INTO old_task VALUES (1, '2019-05-05'), (2, '2019-06-06');
SELECT journal.track('old_task', created_at => 'made', backfill => true);
CALL journal.maintenance(6);
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
		account) VALUES (1, '2019-06-07', '3', 1, 1, 0, 1, 'l', true, true, '');
SQL
# Of two months that are closed one was written to afterwards.
my $holds = q{SELECT journal.month_may_hold('journal.entry_2019_05', 'nobody'), journal.month_may_hold('journal.entry_2019_06', 'nobody'),
	journal.month_may_hold('journal.entry_2019_05', '', employees => '{}')};
is($old->safe_psql('postgres', $holds), 'f|t|f', 'months are closed');
my @same = (
	'SELECT * FROM journal.incarnation',
	'SELECT e.*, tableoid::regclass FROM journal.entry e ORDER BY id',
	'SELECT id, event, old, new, snapshot FROM journal.entries ORDER BY id',
	'SELECT * FROM journal.layout ORDER BY id',
	'SELECT relation, object_type FROM journal.tracked_relations',
	q{SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgfoid::regproc::text LIKE 'journal.%'
		ORDER BY tgrelid::regclass::text, 2},
	q{SELECT polrelid::regclass, polname FROM pg_policy ORDER BY polrelid::regclass::text},
	q{SELECT evtname, evtenabled FROM pg_event_trigger ORDER BY 1},
	q{SELECT oid::regclass, relacl, relrowsecurity, relreplident FROM pg_class WHERE relnamespace = 'journal'::regnamespace
		ORDER BY oid::regclass::text},
	q{SELECT objid::regclass FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e' ORDER BY objid::regclass::text});
push @same, $holds, q{SELECT * FROM journal.month_combinations('journal.entry_2019_05')},
	'SELECT * FROM journal.closed_month ORDER BY 1', 'SELECT * FROM journal.late_write';
my %expected = map { $_ => $old->safe_psql('postgres', $_) } @same;
$old->stop;

my $new = empty_node('new');
my $bindir = $old->config_data('--bindir');
# pg_upgrade writes its log and its scripts where it is called.
my $here = getcwd;
chdir $PostgreSQL::Test::Utils::tmp_check;
command_ok([
		'pg_upgrade', '--no-sync', '-U', 'postgres', '-d', $old->data_dir, '-D', $new->data_dir,
		'-b', $bindir, '-B', $bindir, '-s', $new->host, '-p', $old->port, '-P', $new->port ],
	'pg_upgrade');
chdir $here;
$new->start;

is($new->safe_psql('postgres', $_), $expected{$_}, "the same: $_") for @same;
$new->safe_psql('postgres', q{UPDATE client SET status = 3 WHERE id = 2; INSERT INTO client VALUES (3, 'Cyd', 1)});
is( $new->safe_psql('postgres', q{SELECT event, object_id, new, incarnation = (SELECT id FROM journal.incarnation)
		FROM journal.entries ORDER BY id DESC LIMIT 2}),
	qq{client.created|3||t\nclient.discount_changed|2|{"status": 3}|t}, 'the journal goes on in its incarnation');
is( $new->safe_psql('postgres', q{SELECT count(*) FROM journal.entry a JOIN journal.entry b ON a.id < b.id
		WHERE a.transaction_id > b.transaction_id}), '0', 'and transaction ids go on');
is($new->safe_psql('postgres', 'SELECT journal.maintain(6)'), '0', 'with its months');

# What is closed stays so, and takes note of who writes.
$new->safe_psql('postgres', 'CALL journal.maintenance(6)');
is($new->safe_psql('postgres', $holds), 'f|f|f', 'a month that was written to is summed up there');
$new->safe_psql('postgres', q{INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
		account) VALUES (2, '2019-05-07', '3', 1, 1, 0, 1, 'l', true, true, '')});
is($new->safe_psql('postgres', $holds), 't|f|t', 'and one that is written to there is read');

$new->stop;
done_testing();
