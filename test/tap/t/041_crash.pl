# The processes of the server are killed in the middle of writes, and it recovers: afterwards the journal and the tables agree,
# every committed change has its entry and nothing else has one. Transactions that were prepared are ended then.
#
#   STRESS_SEED, STRESS_ROUNDS
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(usleep);
use EventJournal;
use PostgreSQL::Test::Utils;
use Stress;

my $seed   = $ENV{STRESS_SEED}   // 1;
my $rounds = $ENV{STRESS_ROUNDS} // 2;

# Recovery needs what was written, not what reached the disk: the machine goes on. But a page that is being written
# when its process is killed may be torn.
my $node = journal_node('crash', "deadlock_timeout = 20ms\nwal_level = replica\nsynchronous_commit = on\nfull_page_writes = on\n");
open_shop($node);
srand($seed);
my @moments = map { 600_000 + int(rand(900_000)) } 1 .. $rounds;
# Waits until the server takes connections again. A psql that it refuses may end before it is handed a query, so it is handed none.
sub await
{
	my ($server) = @_;
	for (1 .. 1800)
	{
		return if run_log([ 'psql', '-X', '-q', '-d', $server->connstr('postgres'), '-c', 'SELECT' ], '>', \my $output, '2>', \my $errors);
		usleep(100_000);
	}
	die 'no recovery';
}

for my $round (1 .. $rounds)
{
	my $repeat = 'STRESS_SEED=' . ($seed + $round - 1);
	my ($running, $logs) = start_programs($node, $seed + $round - 1, 2, 10_000);
	usleep($moments[ $round - 1 ]);
	my @processes = split /\n/, $node->safe_psql('postgres', 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
	kill 'KILL', @processes;
	$_->finish for @$running;
	await($node);
	for my $prepared (split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts'))
	{
		my $end = rand() < 0.5 ? 'COMMIT' : 'ROLLBACK';
		note("$end PREPARED $prepared");
		$node->safe_psql('postgres', "$end PREPARED '$prepared'");
	}
	is_right($node, "$repeat: the journal agrees with audit and rows");
}
is_sound($node);
$node->stop;
done_testing();
