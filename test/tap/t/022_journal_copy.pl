# A copy of the journal on another server: publication, subscription, switch-over, and the way back.
# The two servers hold the same journal all the time, and each answers as the other does.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

# Both servers' answers, asked of a server as one text.
my $answers = <<'SQL';
SET TimeZone = 'UTC';
SELECT 'entry', id, occurred_at, event, operation, relation, object_id, label, old, new, snapshot, reason
	FROM journal.entries ORDER BY id;
SELECT 'report', entry, occurred_at, title, object_label, details_text, links FROM journal.report();
SELECT 'rule', * FROM journal.event_rules ORDER BY number;
SELECT 'deleted', entry, object_label, restorable FROM journal.deleted_objects();
SELECT 'history', entry, title, object_label, details_text FROM journal.history('task', '2');
SELECT 'mark', m.name, t.* FROM journal.marks m, journal.table_as_of(NULL::crm.task, mark => m.name) t
	ORDER BY m.made_at, t.id;
SELECT 'diff', m.name, d.object_id, d.operation, d.changed FROM journal.marks m,
	journal.diff(NULL::crm.task, from_mark => m.name) d ORDER BY m.made_at, d.object_id;
SELECT 'verify', r, v FROM unnest('{crm.task,crm.client}'::regclass[]) r, journal.verify_history(r) v;
SQL

# Asserts that both servers have the same rows in the journal's tables and give the same answers.
sub is_same
{
	my ($one, $other, $name) = @_;
	my $expected = $one->safe_psql('postgres', $answers);
	like($expected, qr/^entry\|.*^report\|.*^mark\|/ms, "$name: there is something to compare");
	is($other->safe_psql('postgres', $answers), $expected, "$name: both answer the same");
	is($one->safe_psql('postgres', q(SELECT count(*), count(DISTINCT id) FROM journal.entry)) =~ /^(\d+)\|\1$/,
		1, "$name: no number was given twice");
	my $layouts = 'SELECT id, count(*) FROM journal.layout GROUP BY id HAVING count(*) > 1';
	is($one->safe_psql('postgres', $layouts), '', "$name: no layout's either");
}

# Subscribes a server to another's journal and tables.
sub subscribe
{
	my ($server, $to, $options) = @_;
	my $connection = $to->connstr . ' dbname=postgres';
	$server->safe_psql('postgres', "CREATE SUBSCRIPTION copy CONNECTION '$connection'
		PUBLICATION event_journal, event_journal_state, crm $options");
	$server->wait_for_subscription_sync($to, 'copy');
}

# The application stops, everything arrives, and the copy takes over.
sub switch_over
{
	my ($from, $to) = @_;
	$from->wait_for_catchup('copy');
	$to->safe_psql('postgres', 'DROP SUBSCRIPTION copy');
	like($to->safe_psql('postgres', 'SELECT journal.take_over()'), qr(^[0-9A-F]+/[0-9A-F]+$),
		'the copy takes over, and says where the way back begins');
}

# Whoever waits for what is written has to know that it is.
my $first = journal_node('first', 'synchronous_commit = on');
$first->safe_psql('postgres', <<'SQL');
CREATE SCHEMA crm;
CREATE TABLE crm.status (id integer PRIMARY KEY, name text);
CREATE TABLE crm.client (id integer PRIMARY KEY, name text);
CREATE TABLE crm.task (id integer PRIMARY KEY, title text, status integer REFERENCES crm.status,
	client integer REFERENCES crm.client ON DELETE SET NULL, created timestamptz);
INSERT INTO crm.status VALUES (1, 'New'), (2, 'Done');
INSERT INTO crm.client VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO crm.task VALUES (1, 'Old', 1, 1, now() - interval '75 days');
SELECT journal.add_event_type('task.renamed', 'tasks', 'changed', 'task', '{"en": "Task renamed"}');
SELECT journal.track('crm.client', 'client');
SELECT journal.track('crm.task', 'task', created_at => 'created');
SELECT journal.add_rule('crm.task', 'task.renamed', 'update', '{title}');
SELECT journal.add_rule('crm.task', 'task.deleted', 'delete');
INSERT INTO crm.task VALUES (2, 'Call', 1, 2, now()), (3, 'Write', 1, 1, now());
UPDATE crm.task SET title = 'Call back' WHERE id = 2;
SELECT journal.mark('first');
CREATE PUBLICATION crm FOR TABLES IN SCHEMA crm;
SQL
is($first->safe_psql('postgres', 'SELECT journal.publish()'),
	'event_journal, event_journal_state', 'the journal is published');

# The copy: the schema alone, then a subscription. The dump keeps the publications' names, not what of
# the journal they hold.
my $dump = $PostgreSQL::Test::Utils::tmp_check . '/schema.sql';
command_ok([ 'pg_dump', '--schema-only', '-f', $dump, '-d', $first->connstr('postgres') ],
	'a dump of the schema');
my $second = empty_node('second', 'synchronous_commit = on');
$second->start;
command_ok([ 'psql', '-qXv', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $second->connstr('postgres') ],
	'it makes the copy');
subscribe($second, $first, '');
is_same($first, $second, 'after the first copy');

# While it is a copy, nobody else writes its journal.
for my $command ('INSERT INTO crm.task VALUES (9)', 'TRUNCATE crm.task', "SELECT journal.mark('here')",
	"SELECT journal.track('crm.status')", "SELECT journal.log('user.logged_in')",
	"UPDATE crm.status SET name = 'x'")
{
	my ($status, $out, $err) = $second->psql('postgres', "\\set VERBOSITY verbose\n$command");
	like($err, qr/ERROR:  JEJ01: this database's journal is a copy/, "on a copy it is refused: $command");
}
my ($status, $out, $err) = $second->psql('postgres', 'SELECT journal.take_over()');
like($err, qr/subscription "copy" still writes the journal/, 'nor does it take over meanwhile');

# Entries in the default partition, which maintain moves to their months: on each server for itself.
$first->safe_psql('postgres', <<'SQL');
SELECT journal.backfill('crm.task');
UPDATE crm.status SET name = 'Fresh' WHERE id = 1;
SELECT journal.add_event_type('task.lost', 'tasks', 'changed', 'task', '{"en": "Task lost"}');
UPDATE journal.event_type SET titles = '{"en": "Task named anew"}' WHERE code = 'task.renamed';
SQL
$first->wait_for_catchup('copy');
is_same($first, $second, 'after a back-fill');
my $in_default = 'SELECT count(*) > 0 FROM journal.entry_default';
is($second->safe_psql('postgres', $in_default), 't', 'an old entry has no month on the copy');
is($first->safe_psql('postgres', 'SELECT journal.maintain()'), '1', 'the first server makes its month');
$first->safe_psql('postgres', "UPDATE crm.task SET title = 'Called' WHERE id = 2");
$first->wait_for_catchup('copy');
is($second->safe_psql('postgres', $in_default), 't', 'which is no matter of the copy');
is($second->safe_psql('postgres', 'SELECT journal.maintain()'), '1', 'that makes its own');
is($second->safe_psql('postgres', $in_default), 'f', 'and has the entry there');
is_same($first, $second, 'with months on both sides');

# DDL is done on the copy first, and leaves its journal alone.
for my $server ($second, $first)
{
	$server->safe_psql('postgres', <<'SQL');
ALTER TABLE crm.task ADD COLUMN note text DEFAULT 'none';
ALTER TABLE crm.task RENAME COLUMN title TO name;
CREATE TABLE crm.kind (id integer PRIMARY KEY, name text);
ALTER TABLE crm.client ADD COLUMN kind integer REFERENCES crm.kind;
SQL
}
$second->safe_psql('postgres', 'ALTER SUBSCRIPTION copy REFRESH PUBLICATION');
$second->wait_for_subscription_sync($first, 'copy');
$first->safe_psql('postgres', <<'SQL');
UPDATE crm.task SET note = 'urgent', name = 'Call again' WHERE id = 2;
INSERT INTO crm.kind VALUES (1, 'Firm');
INSERT INTO crm.client VALUES (3, 'Cyd', 1);
DELETE FROM crm.task WHERE id = 3;
SQL
$first->wait_for_catchup('copy');
is_same($first, $second, 'after DDL on both sides');
$first->safe_psql('postgres', "SELECT journal.track('crm.kind', 'kind')");
$first->wait_for_catchup('copy');
is($second->safe_psql('postgres', "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'crm.kind'::regclass
	AND NOT tgisinternal AND tgname ~ 'event_journal'"), '0', 'what is tracked on the one side has no triggers on the other');

# There.
$first->wait_for_catchup('copy');
$second->safe_psql('postgres', 'DROP SUBSCRIPTION copy');
# What pg_dump before PostgreSQL 18 has left of a publication: the tables of extensions are not in it. (Here one is.)
$second->safe_psql('postgres', 'ALTER PUBLICATION event_journal SET TABLE journal.entry');
(undef, undef, $err) = $second->psql('postgres', 'SELECT journal.take_over()');
like($err, qr/this server does not publish the journal/,
	'what a dump has left of a publication is not enough for the way back');
is($second->safe_psql('postgres', 'SELECT journal.publish()'), 'event_journal, event_journal_state',
	'publish() sets it right');
# Something that take_over trips over, after it has made the slot.
$second->safe_psql('postgres', 'CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER "00_event_journal" AFTER INSERT ON crm.kind EXECUTE FUNCTION nothing()');
(undef, undef, $err) = $second->psql('postgres', 'SELECT journal.take_over()');
like($err, qr/crm.kind cannot be tracked/, 'a take-over fails as a whole');
is($second->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '0', 'and leaves no slot');
$second->safe_psql('postgres', 'DROP TRIGGER "00_event_journal" ON crm.kind');
like($second->safe_psql('postgres', 'SELECT journal.take_over()'), qr(^[0-9A-F]+/[0-9A-F]+$),
	'the copy takes over, and says where the way back begins');
# The first writes come before the old server has subscribed.
$second->safe_psql('postgres', <<'SQL');
INSERT INTO crm.kind VALUES (2, 'Person');
INSERT INTO crm.task VALUES (4, 'Visit', 1, 1, now(), 'new');
UPDATE crm.task SET name = 'Ring' WHERE id = 2;
SQL
subscribe($first, $second, "WITH (copy_data = false, create_slot = false, slot_name = 'event_journal')");
$second->safe_psql('postgres', <<'SQL');
SELECT journal.mark('second');
SELECT outcome FROM journal.restore((SELECT entry FROM journal.deleted_objects() WHERE object_label = 'Write'), 'back');
UPDATE crm.task SET note = 'done', status = 2 WHERE id = 4;
DELETE FROM crm.client WHERE id = 1;
SELECT journal.add_rule('crm.task', 'task.completed', 'update', '{status}', 'new.status = 2');
SQL
$second->wait_for_catchup('copy');
is_same($second, $first, 'after the switch-over');
is($first->safe_psql('postgres', 'SELECT id, title, note FROM (SELECT id, name AS title, note FROM crm.task) t ORDER BY id'),
	"1|Old|none\n2|Ring|urgent\n3|Write|none\n4|Visit|done", 'the tables are the same too');
is($second->safe_psql('postgres', q(SELECT count(*) FROM journal.entries WHERE object_type = 'kind')), '1',
	'the table without triggers has got them');

# A column comes on both sides while the second server writes: its identity is the same on both.
for my $server ($first, $second)
{
	$server->safe_psql('postgres', 'ALTER TABLE crm.task ADD COLUMN place text');
}
$second->safe_psql('postgres', "UPDATE crm.task SET place = 'North' WHERE id = 4");

# And back.
switch_over($second, $first);
$first->safe_psql('postgres', <<'SQL');
UPDATE crm.task SET place = 'South' WHERE id = 4;
SELECT journal.mark('third');
SELECT outcome FROM journal.restore((SELECT entry FROM journal.deleted_objects() WHERE object_label = 'Ann'), 'back');
DELETE FROM crm.task WHERE id = 4;
SQL
subscribe($second, $first, "WITH (copy_data = false, create_slot = false, slot_name = 'event_journal')");
$first->wait_for_catchup('copy');
is_same($first, $second, 'after the way back');
is($first->safe_psql('postgres', q(SELECT new ->> 'place' FROM journal.entries
	WHERE object_type = 'task' AND object_id = '4' AND new ? 'place' ORDER BY id)), "North\nSouth",
	'a deleted row has its column of both servers');
is($first->safe_psql('postgres', q(SELECT outcome FROM journal.restore(
	(SELECT entry FROM journal.deleted_objects() WHERE object_label = 'Visit')))), 'restored', 'and comes back');
is($first->safe_psql('postgres', 'SELECT name, note, place FROM crm.task WHERE id = 4'), 'Visit|done|South',
	'with every value');
$first->wait_for_catchup('copy');
is_same($first, $second, 'after a restore of what both have written');
is($first->safe_psql('postgres', q(SELECT journal.row_as_of('crm.task', '2', mark => 'first') ->> 'name')), 'Call back',
	'the past reaches through both');

# A month that is lost on the one server is told to the other, whose months are its own.
my $month = $first->safe_psql('postgres', q(SELECT relation_name FROM journal.month
	WHERE to_moment < now() AND from_moment > '-infinity' ORDER BY from_moment LIMIT 1));
$first->safe_psql('postgres', "DROP TABLE $month");
$first->wait_for_catchup('copy');
is($second->safe_psql('postgres', q(SELECT relation_name FROM journal.month WHERE gone_at IS NOT NULL)), $month,
	'a month that is lost on the first server is known to be');
is($second->safe_psql('postgres', "SELECT to_regclass('$month') IS NOT NULL"), 't', 'though the copy has it still');

# Somebody else's publication is left alone.
($status, $out, $err) = $first->psql('postgres', "\\set VERBOSITY verbose\nSELECT journal.publish('crm')");
like($err, qr/JEJ03: publication "crm" holds other tables than the journal's/, 'a publication of others is left alone');
$second->stop;
$first->stop;
done_testing();
