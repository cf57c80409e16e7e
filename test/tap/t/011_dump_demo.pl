# The sample CRM with its week of work: a plain dump restores into the empty server of a fresh
# cluster, says the same there, and dumps to the same again.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $origin = empty_node('origin');
$origin->start;
my $target = empty_node('target');
$target->start;

sub run_files
{
	my ($node, $database, @arguments) = @_;
	my $errors = '';
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	my $done = run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $database, @arguments ],
		'>', '/dev/null', '2>', \$errors);
	return $done ? '' : "it failed: $errors";
}

sub dump_of
{
	my ($node, $database, $file) = @_;
	$node->command_ok([ 'pg_dump', '-f', $file, $database ], "a dump of $database");
	# Rows come in the order of the heap, and newer versions of pg_dump write a random key. Which partitions there were
	# (journal.month) goes by their OIDs, so a restored journal has rows of its own besides.
	return [ sort grep { !/^\\(un)?restrict / && !/^journal\.entry_\w+\t\d+\t[0-9a-f-]{36}\t/ } split /^/, slurp_file($file) ];
}

my @quietly = ('-c', 'SET client_min_messages = warning');
is( run_files($origin, 'postgres', @quietly, '-f', 'examples/crm/schema.sql',
		'-c', 'CREATE EXTENSION event_journal', '-f', 'examples/crm/tracking.sql', '-f', 'examples/crm/day.sql'),
	'', 'a week of work');

my $first = dump_of($origin, 'postgres', $origin->basedir . '/first.sql');
$origin->command_ok([ 'pg_dumpall', '--roles-only', '-f', $origin->basedir . '/roles.sql' ], 'the roles');
$target->command_ok([ 'psql', '-X', '-q', '-o', '/dev/null', '-d', 'postgres', '-f', $origin->basedir . '/roles.sql' ],
	'are there too');
$target->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
is(run_files($target, 'restored', '-f', $origin->basedir . '/first.sql'), '', 'it restores');
is_deeply(dump_of($target, 'restored', $target->basedir . '/second.sql'), $first, 'and dumps to the same again');

for my $account ('rembyt', 'smartfix')
{
	my $report = qq{SET event_journal.account = '$account';
		SELECT count(*), md5(string_agg((to_jsonb(r) - 'page_cursor')::text, E'\\n'))
		FROM journal.report(page_size => 1000) r};
	is( $target->safe_psql('restored', $report), $origin->safe_psql('postgres', $report),
		"$account: the report says the same");
}

# It goes on.
my $next = $origin->safe_psql('postgres', 'SELECT max(id) + 1 FROM journal.entry');
is( $target->safe_psql('restored', qq{SELECT journal.log('user.logged_in', 'employee', '1') >= $next}),
	't', 'numbers go on');
$target->safe_psql('restored', q{UPDATE crm.products SET name = name || '!' WHERE id = (SELECT min(id) FROM crm.products)});
is( $target->safe_psql('restored', q{SELECT event, new ->> 'name' LIKE '%!' FROM journal.entries ORDER BY id DESC LIMIT 1}),
	'product.renamed|t', 'and so do the rules');
isnt( $target->safe_psql('restored', 'SELECT id FROM journal.incarnation'),
	$origin->safe_psql('postgres', 'SELECT id FROM journal.incarnation'),
	'in a new incarnation');
is( $target->safe_psql('restored', q{SELECT count(DISTINCT incarnation) FROM journal.entries}),
	'2', 'which tells old transactions from new ones');

$_->stop for $origin, $target;
done_testing();
