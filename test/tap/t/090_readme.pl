# Every command of README.md and of the pages in docs/ works, and prints what the page shows.
#
# The pages below are read as books: each book has a server and a database of its own, and its pages are tried in their
# order, since a page goes on from those before it. Where a book needs a file that is no part of the project, it is skipped
# without it. The blocks of a page are run in their order: sh by bash in an empty folder, python
# and ruby where there is a driver, sql by psql in the book's database, each in a session of its own. A text block right after one is what it prints, to the letter;
# a block without one may print anything but an error. A block that cannot be run here says so and why in a comment
# above it,
#
#     <!-- not run by the test: REASON -->
#
# and is counted as skipped. Variables that \gset sets in one sql block hold in those that follow.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PageBlocks;
use PostgreSQL::Test::Utils;

my @books = (
	{ database => 'shop', pages => ['README.md'] },
	{ database => 'app', pages => ['docs/application.md'] },
	{ database => 'feed', pages => ['docs/feed.md'] },
	{ database => 'northwind', pages => ['docs/northwind.md'], needs => '../shared/data/northwind.sql' },
	{   database => 'shop',
		pages => [ map { "docs/$_.md" } qw(getting-started recording events actors reading words accounts restoring past undo backfill operations security
			replication troubleshooting) ] });
my $database;

# Pages whose blocks are for developers: commands that build and debug, parts of files.
my @not_tried = qw(docs/contributing.md docs/restore-and-undo.md docs/updates.md);

my %text = map { $_ => slurp_file($_) } 'README.md', glob 'docs/*.md';
my %tried = map { $_ => 1 } map { @{ $_->{pages} } } @books;
is(join(' ', grep { $text{$_} =~ /^\s*```/m && !$tried{$_} } sort keys %text), "@not_tried", 'every page with blocks is tried');

cmp_ok(scalar split(/\n/, $text{'README.md'}), '<=', 300, 'the README stays short');

# A day that ends between two blocks would change what "today" reports.
sleep 1 while time % 86400 > 86400 - 90;

my ($node, $folder);
my $opened = 0;
# What \gset has set, as \set commands: psql prints its variables at the end of a block.
my $variables = '';
$ENV{PGCLIENTENCODING} = 'UTF8';
delete $ENV{PGDATABASE};

# Begins a book: a server and a folder in which nothing is yet but the file that the book needs.
sub open_book
{
	my ($book) = @_;
	$node->stop if $node;
	$node = empty_node('book' . ++$opened, "timezone = 'UTC'\nlog_timezone = 'UTC'\n");
	$node->start;
	$folder = PostgreSQL::Test::Utils::tempdir();
	system_or_bail('cp', $book->{needs}, $folder) if $book->{needs};
	$database = $book->{database};
	$variables = '';
	$ENV{PGHOST} = $node->host;
	$ENV{PGPORT} = $node->port;
	return;
}

# Runs a command in the folder; returns whether it succeeded, and everything that it printed.
sub run_in_folder
{
	my ($input, @command) = @_;
	my $output = '';
	my $ok = IPC::Run::run(\@command, '<', \$input, '>&', \$output, init => sub { chdir $folder or die $! });
	return ($ok, $output);
}

sub run_sql
{
	my ($text) = @_;
	my ($ok, $output) = run_in_folder("$variables$text\n\\echo === variables\n\\set\n", 'psql', '-X', '-q', '-d', $database);
	(my $set = $output) =~ s/.*=== variables\n//s;
	$output =~ s/=== variables\n.*//s;
	$variables = join '', map { /^([a-z]\w*) = ('.*')$/ ? "\\set $1 $2\n" : '' } split /\n/, $set;
	return ($ok && $output !~ /^(?:psql:|ERROR|FATAL|invalid command)/m, $output);
}

# The Python that has the driver: Debian's, whatever stands before it in the path.
my ($python) = grep { system("$_ -c 'import psycopg2' 2>/dev/null") == 0 } qw(python3 /usr/bin/python3);

my $has_ruby = system(q{ruby -e 'require "active_record"; require "pg"' 2>/dev/null}) == 0;

my %runs = (
	sql => \&run_sql,
	sh => sub { return run_in_folder('', 'bash', '-eu', '-o', 'pipefail', '-c', $_[0]) },
	ruby => sub { return run_in_folder('', 'ruby', '-Eutf-8', '-e', $_[0]) },
	python => sub { return run_in_folder('', 'env', 'PYTHONIOENCODING=utf-8', $python, '-c', $_[0]) });

# Tries the blocks of a page; returns how many were run.
sub try_page
{
	my ($page) = @_;
	my @blocks = read_blocks($text{$page});
	my $count = 0;
	while (my $block = shift @blocks)
	{
		my $title = "$page:$block->{line}: " . ($block->{text} =~ /^\s*(.{1,60})/ ? $1 : '');
		my $shown = @blocks && $blocks[0]{language} eq 'text' ? shift @blocks : undef;
	  SKIP:
		{
			skip "$title: $block->{reason}", 1 if $block->{reason};
			skip "$title: no python3-psycopg2", 1 if $block->{language} eq 'python' && !$python;
			skip "$title: no ruby-activerecord and ruby-pg", 1 if $block->{language} eq 'ruby' && !$has_ruby;
			my $run = $runs{ $block->{language} } or die "$page:$block->{line}: a block is neither sql, sh, python nor ruby\n";
			$count++;
			my ($ok, $output) = $run->($block->{text});
			if ($shown)
			{
				is(trimmed($output), trimmed($shown->{text}), $title);
			}
			else
			{
				ok($ok, $title) or diag($output);
			}
		}
	}
	return $count;
}

# The last book is the one whose database is used below.
my $count = 0;
for my $book (@books)
{
  SKIP:
	{
		skip "@{ $book->{pages} }: $book->{needs} is missing", 1 if $book->{needs} && !-r $book->{needs};
		open_book($book);
		$count += try_page($_) for @{ $book->{pages} };
	}
}
cmp_ok($count, '>', 50, 'the pages have commands');

# The privileges that docs/security.md grants to each role suffice for its work, and none of them is too much: without any one of
# them something fails. A role's work is done in a transaction that is rolled back.
$node->safe_psql($database, <<'SQL');
INSERT INTO crm.clients VALUES (50, 'Fifty'), (51, 'Fifty-one'), (52, 'Fifty-two');
INSERT INTO crm.clients VALUES (53, 'Fifty-three');
INSERT INTO crm.orders VALUES (50, 'A-50', 1, 1, 1, 7);
INSERT INTO crm.order_items (order_id, kind, name, quantity, price) VALUES (50, 'work', 'Soldering', 1, 10);
SELECT journal.mark('readme');
DELETE FROM crm.orders WHERE id = 50;
DELETE FROM crm.clients WHERE id = 50;
DELETE FROM crm.clients WHERE id = 51;
UPDATE crm.clients SET phone = '52' WHERE id = 52;
CREATE SCHEMA own AUTHORIZATION crm_administrator;
CREATE TABLE own.tasks (id integer PRIMARY KEY, title text);
CREATE TABLE own.notes (id integer PRIMARY KEY);
ALTER TABLE own.tasks OWNER TO crm_administrator;
ALTER TABLE own.notes OWNER TO crm_administrator;
SQL
my $deletion = q{(SELECT entry FROM journal.deleted_objects('{%s}') WHERE object_id = '50')};
my %deleted = map { $_ => $node->safe_psql($database, 'SELECT ' . sprintf($deletion, $_)) } qw(client order);
my ($change, $other) = map { $node->safe_psql($database, $_) }
  q{SELECT max(id) FROM journal.entry WHERE object_type = 'client' AND object_id = '52'},
  q{SELECT entry FROM journal.deleted_objects('{client}') WHERE object_id = '51'};
my $inserted = $node->safe_psql($database,
	q{SELECT transaction_id FROM journal.entry WHERE object_type = 'client' AND object_id = '53'});
my @reading = (
	'SELECT * FROM journal.report()', q{SELECT * FROM journal.history('order', journal.object_key(1))},
	'SELECT * FROM journal.deleted_objects()', 'SELECT * FROM journal.event_types', q{SELECT journal.help('report')},
	'SELECT * FROM journal.report_filters()', 'SELECT journal.count_events()', 'SELECT * FROM journal.activity()',
	'SELECT * FROM journal.days()',
	'SELECT count(*) FROM journal.entry');
my @auditing = (
	@reading,
	'SELECT * FROM journal.entries', q{SELECT * FROM journal.entries_of('client', '1')}, 'SELECT * FROM journal.tracked_relations',
	'SELECT * FROM journal.event_rules',
	'SELECT * FROM journal.marks', 'SELECT * FROM journal.undos',
	q{SELECT journal.add_consumer('readme') FROM journal.changes_since(page_size => 1)},
	q{SELECT journal.confirm('readme', next_position) FROM journal.next_changes('readme', 1)},
	q{SELECT name, journal.drop_consumer(name) FROM journal.consumers}, 'SELECT * FROM journal.cloud_events');
my @restoring = (
	@reading,
	'SELECT * FROM journal.undos', 'SELECT * FROM journal.restoration',
	"SELECT journal.restore_plan($deleted{client}), journal.restore_plan(ARRAY[$deleted{client}]::bigint[])");
my @bringing_back = (
	"SELECT * FROM journal.undo_plan('$inserted')",
	"SELECT journal.restore($deleted{client})", "SELECT journal.restore_all(ARRAY[$other])",
	"SELECT journal.undo('$inserted')", "SELECT journal.revert($change)");
my %work = (
	crm_application => [
		q{SELECT journal.set_context(employee => '7')}, q{SELECT journal.log('user.logged_in', 'employee', '7')} ],
	crm_reader => \@reading,
	crm_auditor => [
		@auditing,
		q{SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'readme')},
		q{SELECT journal.row_as_of('crm.order_items', '1', mark => 'readme')},
		q{SELECT * FROM journal.diff(NULL::crm.orders, from_mark => 'readme')},
		q{SELECT * FROM journal.verify_history('crm.orders')} ],
	crm_restorer => [ @restoring, @bringing_back ],
	crm_support => [
		@restoring, "SELECT journal.restore($deleted{order}, 'asked for')",
		q{SELECT journal.restore_all(ARRAY[1]::bigint[]), journal.undo('1'), journal.undo_plan('1'), journal.revert(1) LIMIT 0} ],
	crm_administrator => [
		@auditing,
		q{SELECT * FROM journal.check()}, q{SELECT * FROM journal.account},
		q{SELECT journal.track('own.tasks', 'task', backfill => true)},
		q{SELECT journal.mark('administrator')},
		q{SELECT * FROM journal.table_as_of(NULL::own.tasks, mark => 'administrator')},
		q{SELECT journal.row_as_of('own.tasks', '1', mark => 'administrator')},
		q{SELECT * FROM journal.diff(NULL::own.tasks, from_mark => 'administrator')},
		q{SELECT * FROM journal.verify_history('own.tasks')},
		q{SELECT journal.drop_rule(journal.add_rule('own.tasks', 'task.created', 'insert'))},
		q{SELECT journal.backfill('own.tasks'), journal.untrack('own.tasks')},
		q{SELECT journal.track('own.notes', 'task')},
		q{SELECT journal.track_schema('own')},
		q{SELECT journal.add_event_type('task.blessed', 'tasks', 'other', 'task', '{}')},
		q{SELECT journal.set_account('east')},
		q{SELECT journal.maintain(7)}, q{SELECT journal.drop_month('2000-01-01') LIMIT 0},
		map {
			my ($table, $column, $values) = @$_;
			"SELECT * FROM journal.$table", "INSERT INTO journal.$table $values",
			"UPDATE journal.$table SET $column = $column", "DELETE FROM journal.$table WHERE $column = 'x'"
		} [ 'event_title', 'title', q{VALUES ('task.created', 'fr', 'x')} ], [ 'term', 'text', q{VALUES ('yes', 'fr', false, 'x')} ],
		[ 'plan', 'code', q{VALUES ('x')} ], [ 'event_group', 'code', q{VALUES ('x')} ],
		[ 'role_account', 'account', q{VALUES ('pg_monitor', 'x')} ] ]);

# Does a role's work with a privilege taken away; returns whether all of it succeeded, and what was said.
sub work
{
	my ($role, $revoke) = @_;
	my $input = join ";\n", 'BEGIN', $revoke // (), "SET ROLE $role", @{ $work{$role} }, 'ROLLBACK;';
	return run_in_folder($input, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $database);
}

for my $role (sort keys %work)
{
	my ($ok, $output) = work($role);
	ok($ok, "$role can do its work") or diag($output);
	my @needless;
	my $grants = 0;
	for my $grant (split /\n/, $node->safe_psql($database, <<"SQL"))
SELECT format('%s ON %s %s FROM %s', privilege_type, what, name, grantee::regrole)
FROM (SELECT 'TABLE', c.oid::regclass::text, a.* FROM pg_class c, aclexplode(relacl) a WHERE relnamespace::regnamespace::text IN ('journal', 'crm')
      UNION ALL
      SELECT 'FUNCTION', p.oid::regprocedure::text, a.* FROM pg_proc p, aclexplode(proacl) a
      UNION ALL
      SELECT 'SCHEMA', nspname, a.* FROM pg_namespace, aclexplode(nspacl) a) AS g (what, name)
WHERE grantee = '$role'::regrole AND grantee <> grantor
SQL
	{
		my ($enough) = work($role, "REVOKE $grant");
		push @needless, $grant if $enough;
		$grants++;
	}
	ok($grants && !@needless, "$role needs all that it has: $grants grants") or diag("not needed: @needless");
}

# The reference names everything that there is.
my $public_functions = $node->safe_psql(
	$database, q{SELECT p.proname || '(' || regexp_replace(pg_get_function_arguments(p.oid), '::[a-z0-9_. ]+(\[\])?|\mIN ', '', 'g') || ')'
		FROM pg_proc p WHERE pronamespace = 'journal'::regnamespace ORDER BY 1});
(my $flat = $text{'docs/reference.md'}) =~ s/\s+/ /g;
my @missing = grep { index($flat, "journal.$_") < 0 } split /\n/, $public_functions;
is("@missing", '', 'every function, with its signature');

# What users call is in the list at the prompt.
my %helped = map { $_ => 1 } split /\n/,
  $node->safe_psql($database, q{SELECT substring(line FROM '^  (\w+)') FROM journal.help() line WHERE line LIKE '  %'});
my @called = map { /^(\w+)\(/ && !/for the extension's owner/ ? $1 : () } $text{'docs/reference.md'} =~ /^\| `(?:CALL )?journal\.(.*)$/mg;
cmp_ok(scalar @called, '>', 30, 'functions that users call');
@missing = grep { !$helped{$_} } @called;
is("@missing", '', 'journal.help() lists each of them');

my $relations = $node->safe_psql($database,
	q{SELECT relname FROM pg_class WHERE relnamespace = 'journal'::regnamespace AND relkind IN ('r', 'p', 'v')
		AND NOT relispartition ORDER BY 1});
@missing = grep { $text{'docs/reference.md'} !~ /`journal\.$_`/ } split /\n/, $relations;
is("@missing", '', 'every table and view');

# Columns of views are told in the words of their comments.
my $columns = $node->safe_psql($database,
	q{SELECT '| `' || attname || '` | ' || col_description(attrelid, attnum) || ' |' FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
		WHERE relnamespace = 'journal'::regnamespace AND relkind = 'v' AND attnum > 0 ORDER BY 1});
@missing = grep { index($text{'docs/reference.md'}, "$_\n") < 0 } split /\n/, $columns;
is(join("\n", @missing), '', 'every column of a view');

my $settings = $node->safe_psql($database,
	q{LOAD 'event_journal'; SELECT name FROM pg_settings WHERE name LIKE 'event\_journal.%' ORDER BY 1});
@missing = grep { $text{'docs/reference.md'} !~ /^\| `\Q$_\E` \|/m } split /\n/, $settings;
is("@missing", '', 'every setting');

my @codes = slurp_file('src/base/sqlstates.hpp') =~ /MAKE_SQLSTATE\((.*?)\)/g;
s/[', ]//g for @codes;
cmp_ok(scalar @codes, '>=', 15, 'the errors have codes of their own');
@missing = grep { $text{'docs/errors.md'} !~ /^\| `$_` \|/m } @codes;
is("@missing", '', 'every SQLSTATE');

$node->stop;
done_testing();
