# The journal never makes the application wait: a writer holds no lock on the journal's tables that another writer, a reader
# or a vacuum would notice, and there is no unique key of theirs at which two writers could meet.
use strict;
use warnings;
use Test::More;
use EventJournal;

my $node = journal_node('locks');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE status (id integer PRIMARY KEY, name text);
CREATE TABLE client (id integer PRIMARY KEY, name text, status integer REFERENCES status);
CREATE TABLE part (id integer, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a');
CREATE TABLE part_b PARTITION OF part FOR VALUES IN ('b');
SELECT journal.track('client');
SELECT journal.track('part');
SELECT journal.add_rule('client', 'client.created', 'insert', condition => 'new.id > 0', details => '{name}');
SQL

# What this session holds on the journal's tables and indexes beyond what every INSERT holds, and other locks than of tables.
my $strong = <<'SQL';
SELECT string_agg(DISTINCT coalesce(relation::regclass::text, locktype) || ' ' || mode, ', ') FROM pg_locks
WHERE pid = pg_backend_pid() AND mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
    AND locktype NOT IN ('transactionid', 'virtualxid')
    AND (relation IS NULL OR relation IN (
        SELECT oid FROM pg_class WHERE relnamespace = 'journal'::regnamespace
        UNION SELECT indexrelid FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'journal'::regnamespace
        UNION SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'journal'::regnamespace))
SQL
sub holds_nothing_strong
{
	my ($what, $sql) = @_;
	my $held = $node->safe_psql('postgres', "BEGIN; $sql; $strong; COMMIT;");
	is((split /\n/, $held)[-1] // '', '', $what);
	return;
}
# Results of these statements are not wanted.
sub quietly { return "DO \$\$ BEGIN $_[0]; END \$\$" }
holds_nothing_strong('the first writes of a session', "INSERT INTO status VALUES (1, 'New'); INSERT INTO client VALUES (1, 'Ann', 1)");
holds_nothing_strong('update and delete, with context',
	quietly("PERFORM journal.set_context(employee => '7', reason => 'r'); UPDATE client SET name = 'Bob'; DELETE FROM client"));
holds_nothing_strong('a logged event', quietly("PERFORM journal.log('user.logged_in', 'employee', '7')"));
holds_nothing_strong('a row that moves', "INSERT INTO part VALUES (1, 'a'); UPDATE part SET region = 'b'");
holds_nothing_strong('names of untracked rows', "UPDATE status SET name = 'Old'; DELETE FROM status");
holds_nothing_strong('TRUNCATE', 'INSERT INTO part VALUES (2, \'a\'); TRUNCATE part');
holds_nothing_strong('a new layout', quietly("PERFORM 1") . '; ALTER TABLE client ADD COLUMN note text; INSERT INTO client VALUES (3)');
holds_nothing_strong('values that do not fit a page',
	"INSERT INTO client (id, name) SELECT 4, string_agg(md5(n::text), '') FROM generate_series(1, 3000) n");

is( $node->safe_psql('postgres', <<'SQL'), '', 'no unique key on what every writer writes');
SELECT indexrelid::regclass FROM pg_index
WHERE (indisunique OR indisexclusion) AND indrelid IN (
    SELECT oid FROM pg_class WHERE relnamespace = 'journal'::regnamespace
        AND (relname IN ('session', 'context', 'layout', 'label')
             OR oid = 'journal.entry'::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass)))
SQL
is( $node->safe_psql('postgres', <<'SQL'), '', 'no foreign key, whose check would lock the row it refers to');
SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid IN (
    SELECT oid FROM pg_class WHERE relnamespace = 'journal'::regnamespace
        AND (relname IN ('session', 'context', 'layout', 'label') OR relname LIKE 'entry%'))
SQL
$node->stop;
done_testing();
