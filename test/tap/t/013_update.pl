# An extension that was updated is the same as one that was installed anew, to the last entry of the catalogues (catalogue.sql);
# a journal in use goes on before, during and after the update, and nothing that it said changes.
#
# No version has been released yet. The test makes an older one of the present parts, 0.9, which lacks a few things, and writes
# the update script that adds them as docs/updates.md says.
use strict;
use warnings;
use Test::More;
use EventJournal;
use File::Copy;
use PostgreSQL::Test::Utils;

# A PostgreSQL of our own, so that no other test meets the made-up version.
sub answer
{
	my ($config, $what) = @_;
	chomp(my $answer = `$config --$what`);
	return $answer;
}
my $installed = $ENV{PG_CONFIG} // 'pg_config';
chomp(my $private = `test/tools/temp-install $installed @{[PostgreSQL::Test::Utils::tempdir]}`);
die "no copy of the server could be made" unless -x $private;
for my $folder (qw(pkglibdir sharedir))
{
	my ($from, $to) = map { answer($_, $folder) . ($folder eq 'sharedir' ? '/extension' : '') } $installed, $private;
	copy($_, $to) or die "copying $_: $!" for glob "$from/event_journal*";
}

# An older version: the parts that it has, with what they say otherwise there.
my ($older, $current) = ('0.9', slurp_file('event_journal.control') =~ /^default_version *= *'(.*)'/m);
my %older_parts = map { m{src/sql/(\d.*)} ? ($1 => slurp_file($_)) : () } glob 'src/sql/[0-9]*.sql';
delete @older_parts{qw(61_restore_plan.sql 81_undo.sql 82_undo_plan.sql)};
sub older_text
{
	my ($part, $present, $then) = @_;
	is($older_parts{$part} =~ s/$present/$then/, 1, "$part: what $older has otherwise");
}
older_text('13_shipped_terms.sql', qr/\n    \('recording', .*/, '');
older_text('73_mark.sql', qr/,\n    earliest +timestamptz NOT NULL\n/, "\n");
older_text('73_mark.sql', qr/COMMENT ON COLUMN journal\.mark\.earliest.*\n/, '');
older_text('73_mark.sql', qr/SELECT name, made_at, made_by FROM/, 'SELECT name, made_at FROM');
older_text('73_mark.sql', qr/COMMENT ON COLUMN journal\.marks\.made_by.*\n/, '');
older_text('73_mark.sql', qr/'the named marks'/, q{'marks'});
older_text('60_restore.sql', qr/CREATE FUNCTION journal\.restore_all.*/s, '');
older_text('60_restore.sql', qr/, related text.*?exact boolean DEFAULT false\)/s, ')');
older_text('60_restore.sql', qr/journal\.restore\(bigint, text, text, jsonb, text, boolean\)/, 'journal.restore(bigint, text)');

my $update_script = <<"SQL";
\\echo Use "ALTER EXTENSION event_journal UPDATE TO '$current'" to load this file. \\quit

-- include update_begin.sql

INSERT INTO journal.term (code, language, is_core, text) VALUES
    ('recording', 'ru', true, 'запись'), ('recording', 'en', true, 'recording');
ALTER TABLE journal.mark ADD COLUMN earliest timestamptz NOT NULL;
COMMENT ON COLUMN journal.mark.earliest IS 'no entry that is later than the mark occurred before this moment';
CREATE OR REPLACE VIEW journal.marks AS SELECT name, made_at, made_by FROM journal.mark;
COMMENT ON VIEW journal.marks IS 'the named marks';
COMMENT ON COLUMN journal.marks.made_by IS 'by which role';
DROP FUNCTION journal.restore(bigint, text);
-- include 60_restore.sql
-- include 61_restore_plan.sql
-- include 81_undo.sql
-- include 82_undo_plan.sql
-- include 90_privileges.sql
-- include 91_dump.sql
-- include update_end.sql
SQL
my $extensions = answer($private, 'sharedir') . '/extension';
append_to_file("$extensions/event_journal--$older.sql", join '', map { $older_parts{$_} } sort keys %older_parts);
my $unjoined = PostgreSQL::Test::Utils::tempdir . '/update.sql';
append_to_file($unjoined, $update_script);
command_ok([ 'sh', '-c', "awk -v folder=src/sql -f src/sql/join.awk $unjoined > $extensions/event_journal--$older--$current.sql" ],
	'the update script is joined');

# A part that is not there is an error, and no script without it.
append_to_file("$unjoined.wrong", "-- include 99_nothing.sql\n");
command_checks_all([ 'awk', '-v', 'folder=src/sql', '-f', 'src/sql/join.awk', "$unjoined.wrong" ],
	1, [qr/^$/], [qr{update\.sql\.wrong:1: cannot read src/sql/99_nothing\.sql}], 'a part that is missing is told');

# Its cluster is that of the other tests: a server of another place, not of another version.
local $ENV{OLD_CLUSTER_TEMPLATE} = $ENV{CLUSTER_TEMPLATE};
my $node = empty_node('update', undef, install_path => answer($private, 'bindir') =~ s{/bin$}{}r);
$node->start;
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;

sub new_database
{
	my ($name, @commands) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
	$node->safe_psql($name, $_) for @commands;
	return $name;
}

# Returns what the catalogues say after some command, which is rolled back.
sub catalogue
{
	my ($database, $command) = @_;
	my ($output, $errors) = ('', '');
	my @command = defined $command ? ('-c', 'BEGIN', '-c', $command) : ();
	run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $database, @command, '-f', 'test/tap/lib/catalogue.sql' ],
		'>', \$output, '2>', \$errors) or die "catalogue of $database: $errors";
	return [ split /\n/, $output ];
}

# Returns the lines that only one of two lists has.
sub differences
{
	my ($left, $right) = @_;
	my %count;
	$count{$_}++ for @$left;
	$count{$_}-- for @$right;
	return map { ($count{$_} > 0 ? '- ' : '+ ') . $_ } grep { $count{$_} } sort keys %count;
}

sub alike
{
	my ($title, @catalogues) = @_;
	my @differences = differences(@catalogues);
	is(scalar @differences, 0, $title) or diag(map { substr($_, 0, 500) . "\n" } splice @differences, 0, 20);
}

my $fresh = catalogue(new_database('fresh', 'CREATE EXTENSION event_journal'));
cmp_ok(scalar @$fresh, '>', 1000, 'the catalogues say a lot');
alike('and the same of two installations', $fresh,
	catalogue(new_database('again', 'CREATE EXTENSION event_journal')));

# Default privileges that open everything open nothing, neither when it is installed nor when it is updated.
my $open = 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO pg_monitor;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC';
my $open_fresh = catalogue(new_database('open_fresh', $open, 'CREATE EXTENSION event_journal'));
my $update = 'ALTER EXTENSION event_journal UPDATE';
alike("$older updated is $current", $fresh,
	catalogue(new_database('from_older', "CREATE EXTENSION event_journal VERSION '$older'", $update)));
alike("$older updated is $current, under open default privileges",
	$open_fresh, catalogue(new_database('open_from_older', $open, "CREATE EXTENSION event_journal VERSION '$older'", $update)));
cmp_ok(scalar(() = differences($fresh, catalogue(new_database('older_alone', "CREATE EXTENSION event_journal VERSION '$older'")))),
	'>', 20, 'which it was not before');

# The comparison sees everything that an update script could forget.
for my $forgotten (
	'ALTER EXTENSION event_journal DROP FUNCTION journal.history; DROP FUNCTION journal.history',
	'CREATE FUNCTION journal.other() RETURNS integer LANGUAGE sql RETURN 1; ALTER EXTENSION event_journal ADD FUNCTION journal.other()',
	'ALTER EXTENSION event_journal DROP FUNCTION journal.history',
	'ALTER FUNCTION journal.history VOLATILE',
	'ALTER FUNCTION journal.history PARALLEL SAFE',
	'ALTER FUNCTION journal.history COST 1',
	'ALTER FUNCTION journal.history SET search_path = pg_catalog',
	'COMMENT ON FUNCTION journal.history IS NULL',
	q{COMMENT ON COLUMN journal.entry.change IS 'something else'},
	'GRANT EXECUTE ON FUNCTION journal.history TO PUBLIC',
	'GRANT SELECT ON journal.term TO pg_monitor',
	'GRANT USAGE ON SCHEMA journal TO PUBLIC',
	'ALTER TABLE journal.term ADD COLUMN other integer',
	'ALTER TABLE journal.term ALTER COLUMN is_core DROP DEFAULT',
	'ALTER TABLE journal.term ALTER COLUMN text DROP NOT NULL',
	'ALTER TABLE journal.term ALTER COLUMN text TYPE varchar',
	'ALTER TABLE journal.term ALTER COLUMN text SET STORAGE EXTERNAL',
	'ALTER TABLE journal.plan DROP CONSTRAINT plan_report_window_check',
	'ALTER TABLE journal.label REPLICA IDENTITY NOTHING',
	'ALTER TABLE journal.entry DISABLE ROW LEVEL SECURITY',
	'ALTER TABLE journal.entry_default SET (fillfactor = 50)',
	'DROP INDEX journal.layout_relation_idx; CREATE INDEX layout_relation_idx ON journal.layout (id, relation)',
	'ALTER TABLE journal.session DISABLE TRIGGER refuse_change',
	'ALTER POLICY unconfined ON journal.session USING (true)',
	'CREATE OR REPLACE VIEW journal.event_types AS SELECT e.code, e.event_group, e.kind, e.object_type, e.restore, e.is_core,
		NULL::text AS title_ru, NULL::text AS title_en, e.id FROM journal.event_type e',
	'ALTER VIEW journal.entries RESET (security_invoker)',
	'ALTER SEQUENCE journal.entry_id_seq MAXVALUE 1000',
	q{SELECT nextval('journal.layout_id_seq')},
	'ALTER EVENT TRIGGER event_journal_ddl ENABLE',
	q{UPDATE journal.event_type SET titles = '{}' WHERE id = 7},
	q{DELETE FROM journal.term WHERE code = 'rating'},
	q{UPDATE pg_extension SET extcondition = array_fill(''::text, ARRAY[cardinality(extconfig)]) WHERE extname = 'event_journal'},
	q{DELETE FROM pg_init_privs WHERE objoid = 'journal.history'::regproc},
	'ALTER DEFAULT PRIVILEGES IN SCHEMA journal GRANT SELECT ON TABLES TO PUBLIC')
{
	isnt(scalar(() = differences($fresh, catalogue('fresh', $forgotten))), 0, "seen: " . $forgotten =~ s/\s+/ /gr);
}

# The sample CRM with its week of work, recorded under the older version by the present library.
sub run_files
{
	my ($database, @arguments) = @_;
	my $errors = '';
	my $done = run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $database,
			'-c', 'SET client_min_messages = warning', @arguments ], '>', '/dev/null', '2>', \$errors);
	return $done ? '' : "it failed: $errors";
}
new_database('used');
is( run_files('used', '-f', 'examples/crm/schema.sql', '-c', "CREATE EXTENSION event_journal VERSION '$older'",
		'-f', 'examples/crm/tracking.sql', '-f', 'examples/crm/day.sql'),
	'', "a week of work under $older");
$node->safe_psql('used', <<'SQL');
CREATE ROLE update_reader;
GRANT USAGE ON SCHEMA journal TO update_reader;
GRANT SELECT ON journal.entry, journal.entries TO update_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal TO update_reader;
REVOKE EXECUTE ON FUNCTION journal.history FROM update_reader;
SQL

my @same = (
	q{SELECT a.account, r.* FROM (VALUES ('rembyt'), ('smartfix')) AS a (account),
		LATERAL (SELECT set_config('event_journal.account', a.account, false)) AS s (set),
		LATERAL (SELECT to_jsonb(r) - 'page_cursor' FROM journal.report(page_size => 1000) r WHERE s.set = a.account) AS r},
	q{SET event_journal.account = 'rembyt'; SELECT to_jsonb(d) - 'page_cursor' FROM journal.deleted_objects(page_size => 1000) d},
	q{SET event_journal.account = 'rembyt'; SELECT e.object_type, e.object_id, (SELECT count(*) FROM
		journal.history(e.object_type, e.object_id)) FROM journal.entry e GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 50},
	'SELECT to_jsonb(e) FROM journal.entries e ORDER BY id',
	'SELECT to_jsonb(e) FROM journal.event_types e ORDER BY id',
	'SELECT to_jsonb(t) FROM journal.tracked_relations t ORDER BY relation_name',
	'SELECT to_jsonb(r) FROM journal.event_rules r ORDER BY number',
	q{SELECT n.nspacl FROM pg_namespace n WHERE nspname = 'journal'},
	q{SELECT oid::regclass, relacl FROM pg_class WHERE relacl::text LIKE '%update_reader%' ORDER BY 1},
	q{SELECT proname, a.* FROM pg_proc, aclexplode(proacl) a WHERE a.grantee = 'update_reader'::regrole ORDER BY 1, 2});
my $lines = sub {
	my ($database, $query) = @_;
	return [ split /\n/, $node->safe_psql($database, $query) ];
};
my %before = map { $_ => $lines->('used', $_) } @same;
cmp_ok(scalar @{ $before{ $same[0] } }, '>', 100, 'it is in use');

# A session goes on across the update, with what it has cached.
$node->safe_psql('postgres', 'CREATE DATABASE across TEMPLATE used');
my $across = <<'SQL';
SET event_journal.account = 'rembyt';
UPDATE crm.products SET name = name || '?' WHERE id = (SELECT min(id) FROM crm.products);
\! psql -X -q -v ON_ERROR_STOP=1 -d across -c "ALTER EXTENSION event_journal UPDATE" || echo no update
UPDATE crm.products SET name = name || '!' WHERE id = (SELECT min(id) FROM crm.products);
SELECT string_agg(event || right(new ->> 'name', 2), ' ' ORDER BY id) FROM
	(SELECT * FROM journal.entries ORDER BY id DESC LIMIT 2) AS last;
SELECT count(*) FROM journal.report(page_size => 5);
SQL
my $printed = '';
run_log([ 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', 'across' ], '<', \$across, '>&', \$printed);
like($printed, qr/^product\.renamed.\? product\.renamed\?!\n5\n$/, 'a session goes on across the update');
is($node->safe_psql('across', q{SELECT extversion FROM pg_extension WHERE extname = 'event_journal'}), $current, 'to the new version');

$node->command_ok([ 'pg_dump', '-Fc', '-f', $node->basedir . '/older', 'used' ], "it is dumped under $older");
$node->safe_psql('used', 'ALTER EXTENSION event_journal UPDATE');
alike('the same: ' . substr($_ =~ s/\s+/ /gr, 0, 80), $before{$_}, $lines->('used', $_)) for @same;

# Its months have what each month has.
my $equipment = q{SELECT DISTINCT string_agg(definition, '; ' ORDER BY definition) FROM
	(SELECT indrelid, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '')
	 FROM pg_inherits JOIN pg_index ON indrelid = inhrelid WHERE inhparent = 'journal.entry'::regclass) AS i (month, definition)
	GROUP BY month};
is($node->safe_psql('used', $equipment), $node->safe_psql('fresh', $equipment), 'its months have the indexes of new ones');

# Whoever could call the old function can call the one in its place.
is( $node->safe_psql('used', q{SELECT has_function_privilege('update_reader', 'journal.restore(bigint, text, text, jsonb, text, boolean)', 'EXECUTE'),
		has_function_privilege('update_reader', 'journal.restore_all(bigint[], text, text, jsonb, text, boolean)', 'EXECUTE')}),
	't|f', 'a grant on a function goes over to the one in its place, and to no other');

# What was deleted before is restored after.
is( $node->safe_psql('used', q{SET event_journal.account = 'rembyt'; SELECT count(*) > 0 FROM
		(SELECT entry FROM journal.deleted_objects('{client}') WHERE restorable LIMIT 1) AS d, journal.restore(d.entry)}),
	't', 'an old deletion is restored');

# A dump of it restores as the present version, and says the same.
$node->command_ok([ 'pg_dump', '-Fc', '-f', $node->basedir . '/used', 'used' ], 'it is dumped');
new_database('restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $node->basedir . '/used' ], 'and restored');
alike('restored: ' . substr($_ =~ s/\s+/ /gr, 0, 80), $lines->('used', $_), $lines->('restored', $_)) for @same;

new_database('older');
$node->command_ok([ 'pg_restore', '--exit-on-error', '--no-privileges', '-d', 'older', $node->basedir . '/older' ],
	'and so is the older dump, without grants on functions that have other arguments now');
alike('the older dump: ' . substr($_ =~ s/\s+/ /gr, 0, 80), $before{$_}, $lines->('older', $_)) for @same[0 .. 6];

$node->stop;
done_testing();
