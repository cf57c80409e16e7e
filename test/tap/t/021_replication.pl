# Rows that logical replication applies are seen where tracking is ENABLE ALWAYS, and only there.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $tables = <<'SQL';
CREATE TABLE client (id integer PRIMARY KEY, name text, phone text);
CREATE TABLE task (id integer PRIMARY KEY, title text);
CREATE TABLE part (id integer, region text, note text, PRIMARY KEY (id, region))
SQL
# On the one side in partitions, on the other not: it is the apply that moves a row between them.
my $partitions = <<'SQL';
 PARTITION BY LIST (region);
CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a');
CREATE TABLE part_b PARTITION OF part FOR VALUES IN ('b');
SQL

my $publisher = empty_node('publisher');
$publisher->start;
$publisher->safe_psql('postgres', "$tables;
CREATE PUBLICATION crm FOR TABLE client, task, part;
INSERT INTO client VALUES (1, 'Ann', '1'), (2, 'Bob', '2');");

my $subscriber = journal_node('subscriber');
$subscriber->safe_psql('postgres', "$tables $partitions
SELECT journal.track('client', always => true, require_employee => true);
SELECT journal.add_rule('client', 'client.created', 'insert');
SELECT journal.track('task');
SELECT journal.track('part', always => true);
CREATE SUBSCRIPTION crm CONNECTION '@{[ $publisher->connstr ]} dbname=postgres' PUBLICATION crm;");
$subscriber->wait_for_subscription_sync($publisher, 'crm');

my $events = "SELECT event, operation, object_id, coalesce(old::text, ''), coalesce(new::text, snapshot::text)
	FROM journal.entries ORDER BY occurred_at, id";
is($subscriber->safe_psql('postgres', $events),
	q(client.created|insert|1||{"id": 1, "name": "Ann", "phone": "1"}
client.created|insert|2||{"id": 2, "name": "Bob", "phone": "2"}),
	'the first copy of a table is seen');

$subscriber->safe_psql('postgres', 'SELECT journal.untrack($$client$$)');
$subscriber->safe_psql('postgres', 'SELECT journal.track($$client$$, always => true)');
my $last = $subscriber->safe_psql('postgres', 'SELECT max(id) FROM journal.entry');
$publisher->safe_psql('postgres', <<'SQL');
BEGIN;
INSERT INTO client VALUES (3, 'Cyd', '3');
UPDATE client SET phone = '33' WHERE id = 3;
COMMIT;
DELETE FROM client WHERE id = 1;
INSERT INTO task VALUES (1, 'Call back');
INSERT INTO part VALUES (1, 'a', 'x');
UPDATE part SET region = 'b' WHERE id = 1;
DELETE FROM part WHERE id = 1;
TRUNCATE client;
SQL
$publisher->wait_for_catchup('crm');
is($subscriber->safe_psql('postgres', "SELECT event, operation, object_id, coalesce(old::text, ''),
	coalesce(new::text, snapshot::text) FROM journal.entries WHERE id > $last ORDER BY occurred_at, id"),
	q(client.created|insert|3||{"id": 3, "name": "Cyd", "phone": "3"}
client.changed|update|3|{"phone": "3"}|{"phone": "33"}
client.deleted|delete|1||{"id": 1, "name": "Ann", "phone": "1"}
part.created|insert|["1", "a"]||{"id": 1, "note": "x", "region": "a"}
part.changed|update|["1", "b"]|{"region": "a"}|{"region": "b"}
part.deleted|delete|["1", "b"]||{"id": 1, "note": "x", "region": "b"}
client.deleted|delete|2||{"id": 2, "name": "Bob", "phone": "2"}
client.deleted|delete|3||{"id": 3, "name": "Cyd", "phone": "33"}),
	'applied inserts, updates, deletes, moves and TRUNCATE are seen; of tables without always nothing is');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM task'), '1', 'though the row is there');

# No worker has a context: what it applies is not asked who acts, other writers are.
$subscriber->safe_psql('postgres', q{SELECT journal.track('task', always => true, require_employee => true)});
$publisher->safe_psql('postgres', q{SET synchronous_commit = on; UPDATE task SET title = 'Call again'});
$publisher->wait_for_catchup('crm');
is($subscriber->safe_psql('postgres', q{SELECT event, employee IS NULL FROM journal.entries WHERE object_type = 'task'}), 'task.changed|t',
	'require_employee does not stop the apply');
my ($code, $out, $error) = $subscriber->psql('postgres', q{UPDATE task SET title = 'x'});
like($error, qr/nobody is said to change task/, 'a local writer is asked');

# Straight into a month that is closed: what the apply does is said as well.
my $entry = q{(id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled, account)
	SELECT n, '2019-05-05', '3', n, 1, 0, 1, 'l', true, false, 'a' FROM generate_series};
$subscriber->safe_psql('postgres', "INSERT INTO journal.entry $entry(1000001, 1000002) n; CALL journal.maintenance()");
my $holds = q{SELECT journal.month_may_hold('journal.entry_2019_05', 'b'), count(*) FROM journal.entry_2019_05};
is($subscriber->safe_psql('postgres', $holds), 'f|2', 'a month is closed');
$publisher->safe_psql('postgres', q{CREATE SCHEMA journal; CREATE TABLE journal.entry_2019_05 (id bigint, occurred_at timestamptz,
	transaction_id xid8, change bigint, session bigint, command integer, event_type integer, operation "char", reported boolean,
	backfilled boolean, account text); ALTER PUBLICATION crm ADD TABLE journal.entry_2019_05});
$subscriber->safe_psql('postgres', 'ALTER SUBSCRIPTION crm REFRESH PUBLICATION');
$subscriber->wait_for_subscription_sync($publisher, 'crm');
$publisher->safe_psql('postgres', "SET synchronous_commit = on; INSERT INTO journal.entry_2019_05 $entry(1000003, 1000003) n");
$publisher->wait_for_catchup('crm');
is($subscriber->safe_psql('postgres', $holds), 't|3', 'what is applied to it makes its summary out of date');

$subscriber->stop;
$publisher->stop;
done_testing();
