# Random transactions over nested savepoints, in several sessions at once: afterwards the journal says what happened to the
# tables, change by change and in order, by two sources that do not know of it (test/tap/stress/audit.sql).
#
# It was shown to fail when the handling of open state is broken: when a backend keeps, after a savepoint was rolled back, the
# numbers of session and context rows written in it (src/capture/actor.cpp), its plans with layouts written in it
# (src/catalog/relation.cpp), or a row that was on its way to another partition (src/capture/moved_row.cpp).
#
#   STRESS_SEED          repeats a run (what the sessions do to one another may differ)
#   STRESS_TRANSACTIONS  for each session and round
#   STRESS_SESSIONS, STRESS_ROUNDS
use strict;
use warnings;
use Test::More;
use EventJournal;
use Stress;

my $seed         = $ENV{STRESS_SEED}         // 1;
my $sessions     = $ENV{STRESS_SESSIONS}     // 2;
my $rounds       = $ENV{STRESS_ROUNDS}       // 2;
my $transactions = $ENV{STRESS_TRANSACTIONS} // 120;

my $node = journal_node('random', "deadlock_timeout = 20ms");
open_shop($node);
for my $round (1 .. $rounds)
{
	my $repeat = 'STRESS_SEED=' . ($seed + $round - 1);
	my ($running, $logs) = start_programs($node, $seed + $round - 1, $sessions, $transactions);
	$_->finish for @$running;
	is_deeply([ unexpected_errors(@$logs) ], [], "$repeat: no error that was not provoked");
	is_right($node, "$repeat: the journal agrees with audit and rows");
}
is_sound($node);
$node->stop;
done_testing();
