# Undo and restore against plain copies: in each of many rounds a random transaction, with savepoints, is undone, and that
# is undone too; some of them are exchanges of unique values; in others, rows that others refer to are deleted and brought
# back. EVENT_JOURNAL_SEED repeats a run,
# EVENT_JOURNAL_SEEDS makes so many of them, with that seed and those that follow; EVENT_JOURNAL_ROUNDS makes them longer.

use strict;
use warnings;
use Test::More;
use EventJournal;
use RandomShop;

my $first = $ENV{EVENT_JOURNAL_SEED} // 1;
my $rounds = $ENV{EVENT_JOURNAL_ROUNDS} // 60;

for my $seed ($first .. $first + ($ENV{EVENT_JOURNAL_SEEDS} // 2) - 1)
{
	subtest "seed $seed" => sub { try_seed($seed) };
}
done_testing();

# An undo in every round, a restore in every third.
sub rounds
{
	my $number = 0;
	my @lines;
	for (1 .. $rounds)
	{
		push @lines, 'SELECT test.fill();', "SELECT test.begin_round(@{[ ++$number ]});";
		my ($begin, @rest) = $_ % 4 ? random_transaction() : ('BEGIN;', ('SELECT test.reseat();') x (1 + int(rand(4))), 'COMMIT;');
		push @lines, $begin, (rand() < 0.5 ? 'SET CONSTRAINTS ALL IMMEDIATE;' : ()), @rest;
		push @lines, 'SELECT test.end_round();', 'SELECT test.take_back(false);', 'SELECT test.take_back(true);';
		next if $_ % 3;
		my $additions = rand() < 0.3;
		push @lines, "SELECT test.fill();", "SELECT test.begin_round(@{[ ++$number ]});",
			'BEGIN;', ('SELECT test.delete_some();') x (1 + int(rand(3))), 'COMMIT;', 'SELECT test.end_round();';
		push @lines, q{INSERT INTO shop.parent SELECT test.number(12), 'new' ON CONFLICT DO NOTHING;} if $additions;
		push @lines, 'SELECT test.restore(' . ($additions ? 'true' : 'false') . ');';
	}
	return @lines;
}

sub try_seed
{
	my ($seed) = @_;
	note("EVENT_JOURNAL_SEED=$seed");
	srand($seed);
	my $node = journal_node("undo$seed");
	open_random_shop($node);
	open_random_undo($node);
	run_script($node, "$rounds rounds", 'SELECT setseed(' . ($seed % 1000) / 1000 . ');', rounds());

	note($node->safe_psql('postgres', 'SELECT step, state, count(*), min(tables) FROM test.outcome GROUP BY 1, 2 ORDER BY 1, 2'));
	is($node->safe_psql('postgres', 'SELECT * FROM test.wrong'), '', "everything is what the copies are (EVENT_JOURNAL_SEED=$seed)");
	is( $node->safe_psql('postgres', q{SELECT step FROM test.outcome GROUP BY 1
			HAVING count(*) FILTER (WHERE state = 'done') > count(*) / 2 ORDER BY 1}),
		"restore\nundo\nundo of the undo", 'most is not refused');
	is($node->safe_psql('postgres', q{SELECT count(*) FILTER (WHERE state = 'done') > 0.8 * count(*) FROM test.outcome WHERE tables = 'seat'}),
		't', 'hardly any exchange of unique values is refused');
	$node->stop;
	return;
}
