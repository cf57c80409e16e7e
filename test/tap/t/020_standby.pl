# On a hot standby, and in a read-only transaction, readers read and writers refuse without a trace.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $primary = empty_node('primary');
$primary->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION event_journal;
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA journal TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA journal TO reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal TO reader;
INSERT INTO journal.role_account VALUES ('reader', 'a');
CREATE TABLE old_task (id integer PRIMARY KEY, made timestamptz);
INSERT INTO old_task VALUES (1, '2019-05-05');
SELECT journal.track('old_task', created_at => 'made', backfill => true);
CALL journal.maintenance();
CREATE TABLE client (id integer PRIMARY KEY, name text, account text);
SELECT journal.track('client', label => 'name', account => 'account');
SELECT journal.add_rule('client', 'client.created', 'insert');
SELECT journal.mark('empty');
INSERT INTO client VALUES (1, 'Ann', 'a'), (2, 'Bob', 'b'), (3, 'Cyd', 'a');
UPDATE client SET name = 'Anna' WHERE id = 1;
DELETE FROM client WHERE id = 3;
SQL
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));

my @reads = (
	"SELECT id, event, object_id, old, new, snapshot FROM journal.entries ORDER BY id",
	"SELECT relation, object_type, label, account FROM journal.tracked_relations",
	"SELECT count(*) FROM journal.event_types",
	"SET ROLE reader; SELECT id, account FROM journal.entry ORDER BY id",
	"SET ROLE reader; SELECT id, event, session_role FROM journal.entries ORDER BY id",
	"SET event_journal.account = 'b'; SELECT journal.visible_since('b'), journal.visible_since('a'), journal.is_unconfined()");
# Reading functions, as far as they exist.
my $functions = $primary->safe_psql('postgres', q{SELECT string_agg(proname, ' ') FROM pg_proc
	WHERE pronamespace = 'journal'::regnamespace AND proname IN ('report', 'history', 'deleted_objects')});
push @reads, "SET ROLE reader; SELECT entry, event, object_label, details_text, restorable FROM journal.report()"
  if $functions =~ /report/;
push @reads, "SET ROLE reader; SELECT entry, event, details_text FROM journal.history('client', '1')"
  if $functions =~ /history/;
push @reads, "SET ROLE reader; SELECT entry, object_id, object_label FROM journal.deleted_objects()"
  if $functions =~ /deleted_objects/;
push @reads, q{SET ROLE reader; SELECT entry FROM journal.report(filter => '{"search": "ann"}')},
  'SET ROLE reader; SELECT * FROM journal.report_filters()', 'SET ROLE reader; SELECT journal.count_events()',
  q{SET ROLE reader; SELECT * FROM journal.activity('month', 'event')},
  q{SET ROLE reader; SELECT d.day, r.entry FROM journal.days() d, LATERAL journal.report('custom', d.starts_at, d.ends_at) r};

push @reads, "SELECT p.* FROM journal.entries e, journal.restore_plan(e.id, related => 'all') p WHERE e.operation = 'delete'",
	"SELECT count(*) FROM journal.entries e, journal.restore_plan(ARRAY[e.id], overrides => '{\"client\": {\"id\": 1}}') p WHERE e.operation = 'delete' AND p.sqlstate = 'JE013'",
	"SELECT p.object_id, p.action, p.conflict FROM journal.entries e, journal.undo_plan(e.transaction_id, 'cascade') p WHERE e.operation = 'update'",
	"SELECT * FROM journal.table_as_of(NULL::client, before_transaction => (SELECT transaction_id FROM journal.entries ORDER BY id DESC LIMIT 1)) ORDER BY id",
	"SELECT journal.row_as_of('client', '1', mark => 'empty'), * FROM journal.diff(NULL::client, from_mark => 'empty')",
	"SELECT count(*) FROM journal.verify_history('client')",
	"SELECT journal.month_may_hold('journal.entry_2019_05', 'a'), journal.month_may_hold('journal.entry_2019_05', '', '{}')",
	"SELECT * FROM journal.month_combinations('journal.entry_2019_05')",
	"SELECT count(*) FROM journal.report(employees => '{nobody}')";

# Each with what it may be refused with: by our own check, or by the server before it.
my $deletion = $primary->safe_psql('postgres', q{SELECT id FROM journal.entries WHERE operation = 'delete'});
my @writes = (
	"SELECT journal.log('user.logged_in', 'employee', '7')",
	"SELECT journal.restore($deletion)",
	"SELECT journal.mark('refused')",
	"SELECT journal.track('client')",
	"SELECT journal.untrack('client')",
	"SELECT journal.track_schema('public')",
	"SELECT journal.add_rule('client', 'client.created', 'insert')",
	"SELECT journal.drop_rule(1)",
	"SELECT journal.backfill('client')",
	"SELECT journal.maintain(9)",
	"SELECT journal.equip_partition('journal.entry_default')",
	"SELECT journal.set_account('a', plan => 'startup')",
	"SELECT journal.add_event_type('client.own', 'clients', 'other', 'client', '{}')",
	"INSERT INTO client VALUES (4, 'Dan', 'a')",
	"DELETE FROM client");

my %answer;
for my $read (@reads)
{
	$answer{$read} = $primary->safe_psql('postgres', $read);
	isnt($answer{$read}, '', "the primary answers: $read");
	is($standby->safe_psql('postgres', $read), $answer{$read}, 'and so does the standby');
	is( $primary->safe_psql('postgres', "BEGIN READ ONLY; $read; COMMIT"), $answer{$read}, 'and a read-only transaction')
	  unless $read =~ /SET/;
}

# What is said of the transaction is a setting: it is no write.
is( $standby->safe_psql('postgres', "BEGIN; SELECT journal.set_context(employee => '7') IS NULL;
		SELECT current_setting('event_journal.employee'); COMMIT"),
	"f\n7", 'set_context on the standby');

my $state = q{SELECT (SELECT count(*) FROM journal.entry), (SELECT count(*) FROM journal.session),
	(SELECT count(*) FROM journal.layout), (SELECT count(*) FROM journal.tracked_relation),
	(SELECT count(*) FROM pg_inherits), (SELECT count(*) FROM client)};
my $before = $primary->safe_psql('postgres', $state);
for my $write (@writes)
{
	my (undef, undef, $error) = $standby->psql('postgres', $write);
	like($error, qr/cannot execute .* (during recovery|in a read-only transaction)/, "on the standby: $write");
	unlike($error, qr/PANIC|FATAL|server closed/, 'and the session goes on');
	(undef, undef, $error) = $primary->psql('postgres', "BEGIN READ ONLY; $write");
	like($error, qr/cannot execute .* in a read-only transaction/, "in a read-only transaction: $write");
}
is($primary->safe_psql('postgres', $state), $before, 'nothing was written');
is($standby->safe_psql('postgres', 'SELECT 1'), '1', 'the standby is alive');

like(($standby->psql('postgres', 'CALL journal.maintenance()'))[2], qr/cannot execute journal.maintenance\(\) during recovery/,
	'no maintenance on the standby');

# Whoever writes to a closed month is heard of together with what he writes.
my $holds = q{SELECT journal.month_may_hold('journal.entry_2019_05', 'nobody'), count(*) FROM journal.entry_2019_05};
is($standby->safe_psql('postgres', $holds), 'f|1', 'the standby knows what a closed month holds');
# So are deletions in closed months, and names that they ended.
$primary->safe_psql('postgres', q{INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
		account, object_type, object_id, label, links)
	SELECT n, '2019-05-06', '3', n, 1, 0, 69, what, true, false, 'a', type, '1', 'Old Ann', journal.packed(links) FROM (SELECT nextval('journal.entry_id_seq'), e.* FROM (VALUES
		('l'::"char", 'note', '[{"type": "client", "id": "1"}]'::jsonb), ('d', 'client', NULL)) e) e (n, what, type, links)});
my $name = q{SET event_journal.account = 'a'; SELECT links -> 0 ->> 'label' FROM journal.report('custom', date_from => '2019-05-06', date_to => '2019-05-07') WHERE object_type = 'note'};
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is($standby->safe_psql('postgres', $holds), 't|3', 'until it is written to');
is($standby->safe_psql('postgres', $name), 'Old Ann', 'a name that ended in it is found');
$primary->safe_psql('postgres', 'CALL journal.maintenance()');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is($standby->safe_psql('postgres', $holds), 'f|3', 'and closed again');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM journal.month_deletion'), '1', 'with its deletions');
is($standby->safe_psql('postgres', $name), 'Old Ann', 'by which the name is found');

# Promoted, the same journal goes on: with its incarnation, since its transaction ids go on too.
my $incarnation = $primary->safe_psql('postgres', 'SELECT id FROM journal.incarnation');
$primary->stop;
$standby->promote;
$standby->safe_psql('postgres', "INSERT INTO client VALUES (4, 'Dan', 'a')");
is($standby->safe_psql('postgres', q{SELECT event, object_id FROM journal.entries ORDER BY id DESC LIMIT 1}),
	'client.created|4', 'a promoted standby records');
is($standby->safe_psql('postgres', 'SELECT id FROM journal.incarnation'), $incarnation, 'in the same incarnation');

$standby->stop;
done_testing();
