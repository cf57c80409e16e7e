# A backend's memory: so much for each tracked table that it writes, no more than for a fixed number of them between
# transactions, and nothing for each row; nor for each row that stands in the way of an undo.
#
#   MEMORY_TABLES=10000 MEMORY_ROWS=5000000    for the full size
use strict;
use warnings;
use Test::More;
use EventJournal;

my $tables = $ENV{MEMORY_TABLES} // 200;
my $rows   = $ENV{MEMORY_ROWS}   // 30_000;
my $kPerTable  = 16 * 1024;    # of ten columns and two rules
my $kMostPlans = 2000;         # kept between transactions (src/catalog/relation.cpp)

my $node = journal_node('memory', 'max_locks_per_transaction = 20000');
# Since 18 a context is shown with the numbers of those that it is in, instead of its parent's name.
my $ours =
	$node->safe_psql('postgres', 'SHOW server_version_num') >= 180000
	? "path && ARRAY(SELECT path[cardinality(path)] FROM pg_backend_memory_contexts WHERE name LIKE 'event_journal%')"
	: "name LIKE 'event_journal%' OR parent LIKE 'event_journal%'";
$node->safe_psql('postgres', <<"SQL");
CREATE FUNCTION held() RETURNS bigint LANGUAGE sql AS
	\$\$SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts WHERE $ours\$\$;
CREATE SCHEMA many;
CREATE PROCEDURE make_tables() LANGUAGE plpgsql AS \$\$
DECLARE
	made regclass;
BEGIN
	FOR i IN 1..$tables LOOP
		EXECUTE format('CREATE TABLE many.t%s (id integer PRIMARY KEY, name text, state integer, amount numeric(12, 2), '
			'note text, tags jsonb, created_at timestamptz, a integer, b integer, c text)', i);
		made := format('many.t%s', i);
		PERFORM journal.track(made);
		PERFORM journal.add_rule(made, 'client.created', 'insert', details => '{name,state}');
		PERFORM journal.add_rule(made, 'client.discount_changed', 'update', '{state}', condition => 'new.state > old.state');
		IF i % 100 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END
\$\$;
CREATE FUNCTION write_tables() RETURNS void LANGUAGE plpgsql AS \$\$
BEGIN
	FOR i IN 1..$tables LOOP
		EXECUTE format('INSERT INTO many.t%s (id, name, state) VALUES (txid_current(), ''x'', 1)', i);
		EXECUTE format('UPDATE many.t%s SET state = 2', i);
	END LOOP;
END
\$\$;
SQL
$node->safe_psql('postgres', 'CALL make_tables()');
my ($during, $after) = split /\n/, $node->safe_psql('postgres', <<'SQL');
DO $$ BEGIN PERFORM write_tables(); CREATE TABLE measured AS SELECT held(); END $$;
SELECT held FROM measured;
SELECT held();
SQL
note("$tables tables: $during bytes in the transaction, $after after it");
cmp_ok($during, '<=', $tables * $kPerTable, 'memory for each table that the transaction wrote');
cmp_ok($after, '<=', ($tables < $kMostPlans ? $tables : $kMostPlans) * $kPerTable, 'between transactions no more than for a fixed number');
is( $node->safe_psql('postgres', 'SELECT write_tables(); SELECT write_tables(); SELECT count(*) FROM journal.entry') =~ s/\n//gr,
	$tables * 6, 'what was forgotten is made anew');

# All that a statement holds at its end but for the server's list of fired triggers, and its caches, which grow as they like.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE big (id integer, area integer NOT NULL, state integer, name text, PRIMARY KEY (id, area)) PARTITION BY LIST (area);
CREATE TABLE big_1 PARTITION OF big FOR VALUES IN (1);
CREATE TABLE big_2 PARTITION OF big FOR VALUES IN (2);
SELECT journal.track('big');
SELECT journal.add_rule('big', 'client.created', 'insert', condition => $$new.name <> 'x'$$, details => '{name}');
SELECT journal.add_rule('big', 'client.discount_changed', 'update', '{state}', condition => 'new.state <> old.state');
CREATE TABLE measured_statement (operation text, row_count bigint, bytes bigint);
CREATE FUNCTION measure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO measured_statement SELECT TG_OP || coalesce(TG_ARGV[0], ''), current_setting('test.rows')::bigint, sum(total_bytes)
		FROM pg_backend_memory_contexts WHERE name NOT IN ('AfterTriggerEvents', 'CacheMemoryContext', 'CachedPlan', 'CachedPlanSource',
			'CachedPlanQuery', 'index info', 'partition descriptor');
	RETURN NULL;
END
$$;
CREATE TRIGGER zz_measure AFTER INSERT OR UPDATE OR DELETE ON big FOR EACH STATEMENT EXECUTE FUNCTION measure();
CREATE TRIGGER zz_measure_truncate AFTER TRUNCATE ON big FOR EACH STATEMENT EXECUTE FUNCTION measure();
SQL
# Twice with few rows: the first time makes plans and caches.
my $statements = join "\n", map { <<"SQL" } 1000, 1000, $rows;
SET test.rows = $_;
INSERT INTO big SELECT n, 1, 0, 'name ' || n FROM (SELECT generate_series(1, $_) AS n) s;
UPDATE big SET state = 1;
UPDATE big SET area = 2;
DELETE FROM big WHERE id % 2 = 0;
TRUNCATE big;
SQL
$node->safe_psql('postgres', $statements);
my $growth = $node->safe_psql('postgres', <<"SQL");
SELECT many.operation, many.bytes - few.bytes FROM (SELECT *, row_number() OVER (PARTITION BY operation ORDER BY row_count, ctid) AS n FROM measured_statement) many
	JOIN LATERAL (SELECT max(bytes) AS bytes FROM measured_statement f WHERE f.operation = many.operation AND f.row_count = 1000) few ON true
WHERE many.row_count = $rows ORDER BY 1, 2
SQL
is(join("\n", grep { (split /\|/)[1] > 64 * 1024 } split /\n/, $growth), '', "$rows rows hold no more memory than 1000");

# What stands in the way of an undo is on disk beyond work_mem: the most that a session ever held, its shared buffers among it.
SKIP: {
	skip 'no /proc/self/status', 10 unless -r '/proc/self/status';
	$node->append_conf('postgresql.conf', "shared_buffers = 1MB\n");
	$node->restart;
	$node->safe_psql('postgres', <<"SQL");
CREATE FUNCTION peak() RETURNS bigint LANGUAGE sql AS
	\$\$SELECT 1024 * substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s*(\\d+) kB')::bigint\$\$;
CREATE TABLE stamp (id integer PRIMARY KEY, value text);
SELECT journal.track('stamp');
CREATE TABLE box (id integer PRIMARY KEY);
CREATE TABLE thing (id integer PRIMARY KEY, box integer REFERENCES box ON DELETE CASCADE);
CREATE INDEX ON thing (box);
SELECT journal.track('box'), journal.track('thing');
SQL
	my (%peak, %restoring);
	for my $count (1000, $rows) {
		my $transaction = $node->safe_psql('postgres', <<"SQL");
TRUNCATE stamp;
INSERT INTO stamp SELECT n, 'value ' || n FROM generate_series(1, $count) n;
WITH changed AS (UPDATE stamp SET value = 'another ' || id RETURNING 1) SELECT pg_current_xact_id() FROM changed LIMIT 1;
UPDATE stamp SET value = 'yet another ' || id;
SQL
		for my $call ("undo_plan('$transaction')", "undo('$transaction', on_conflict => 'skip')") {
			my ($conflicts, $peak) = split /\n/, $node->safe_psql('postgres',
				"SET work_mem = '256kB'; SELECT count(*) FROM journal.$call WHERE detail <> ''; SELECT peak()");
			is($conflicts, $count, "$count rows stand in the way") if $call =~ /plan/;
			push @{ $peak{$count} }, $peak;
		}
	}
	note("peaks of undo_plan and undo: @{$peak{1000}} with 1000 rows, @{$peak{$rows}} with $rows");
	cmp_ok($peak{$rows}[$_], '<=', $peak{1000}[$_] + 8 * 1024 * 1024, "$rows rows in conflict hold no more memory than 1000") for 0, 1;

	# Of what a restore brings back only the entries' ids are in memory.
	my $kPerRow = 100;
	for my $count (1000, $rows) {
		my $first = $node->safe_psql('postgres', <<"SQL");
INSERT INTO box SELECT generate_series(1, $count);
INSERT INTO thing SELECT n, n FROM generate_series(1, $count) n;
DELETE FROM box;
SELECT max(id) - $count FROM journal.entries WHERE object_type = 'box';
SQL
		for my $function ('restore_plan', 'restore_all') {
			my ($restored, $peak) = split /\n/, $node->safe_psql('postgres', <<"SQL");
SET work_mem = '256kB';
SELECT count(*) FROM journal.$function(
	ARRAY(SELECT id FROM journal.entries WHERE object_type = 'box' AND operation = 'delete' AND id > $first), related => 'children');
SELECT peak();
DELETE FROM box;
SQL
			is($restored, 2 * $count, "$function of $count rows with one that belonged to each");
			push @{ $restoring{$count} }, $peak;
		}
	}
	note("peaks of restore_plan and restore_all: @{$restoring{1000}} with 2000 rows, @{$restoring{$rows}} with twice $rows");
	cmp_ok($restoring{$rows}[$_], '<=', $restoring{1000}[$_] + 8 * 1024 * 1024 + 2 * $rows * $kPerRow,
		"restoring twice $rows rows holds little more memory than 2000")
		for 0, 1;
}
$node->stop;
done_testing();
