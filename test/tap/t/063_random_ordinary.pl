# Undo on the ordinary tables, whose triggers write (test/ordinary/schema.sql): in each of many rounds a random transaction is
# undone, and that is undone too; in others somebody else changes the tables in between. Everything is what the copies
# are, and the sums that triggers keep are true. EVENT_JOURNAL_SEED repeats a run, EVENT_JOURNAL_SEEDS makes so many of them,
# EVENT_JOURNAL_ROUNDS makes them longer.

use strict;
use warnings;
use Test::More;
use EventJournal;
use RandomShop;

my $first = $ENV{EVENT_JOURNAL_SEED} // 1;
my $rounds = $ENV{EVENT_JOURNAL_ROUNDS} // 80;

for my $seed ($first .. $first + ($ENV{EVENT_JOURNAL_SEEDS} // 2) - 1)
{
	subtest "seed $seed" => sub { try_seed($seed) };
}
done_testing();

sub changes
{
	my ($most) = @_;
	return ('BEGIN;', ('SELECT test.act();') x (1 + int(rand($most))), 'COMMIT;');
}

sub rounds
{
	my @lines;
	for my $number (1 .. $rounds)
	{
		push @lines, "SELECT test.begin_round($number);", changes(5), 'SELECT test.end_round();';
		my $round = 'FROM test.round WHERE transaction IS NOT NULL AND number = (SELECT max(number) FROM test.round)';
		if ($number % 3)
		{
			push @lines, "SELECT coalesce((SELECT test.take_back('undo', transaction, 'before', 'after') $round)::text, '') AS undone \\gset",
				q{SELECT test.take_back('undo of the undo', nullif(:'undone', '')::xid8, 'after', 'before') WHERE :'undone' <> '';};
		}
		else
		{
			# What others did since may stand in the way; the sums are true all the same.
			my ($step, $on_conflict) = $number % 2 ? ('undo after others', 'error') : ('the same with skip', 'skip');
			push @lines, changes(2), "SELECT test.keep('since');",
				"SELECT test.take_back('$step', transaction, NULL, 'since', '$on_conflict') $round;";
		}
	}
	return @lines;
}

sub try_seed
{
	my ($seed) = @_;
	note("EVENT_JOURNAL_SEED=$seed");
	srand($seed);
	my $node = journal_node("ordinary$seed");
	$node->command_ok([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-v', 'ON_ERROR_STOP=1', '-f', $_ ], $_)
		for qw(test/ordinary/schema.sql test/ordinary/random.sql);
	run_script($node, "$rounds rounds", 'SET search_path = ordinary;', 'SELECT setseed(' . ($seed % 1000) / 1000 . ');',
		rounds());

	note($node->safe_psql('postgres', 'SELECT step, state, count(*), min(round), min(message) FROM test.outcome GROUP BY 1, 2 ORDER BY 1, 2'));
	is($node->safe_psql('postgres', 'SELECT * FROM test.wrong'), '', "everything is as it has to be (EVENT_JOURNAL_SEED=$seed)");
	is( $node->safe_psql('postgres', q{SELECT step FROM test.outcome GROUP BY 1
			HAVING count(*) FILTER (WHERE state = 'done') > count(*) / 2 ORDER BY 1}),
		"the same with skip\nundo\nundo after others\nundo of the undo", 'most is not refused');
	is($node->safe_psql('postgres', q{SELECT * FROM test.outcome WHERE state !~ '^(done|JE|23|P0001)'}), '', 'and nothing strangely');
	$node->stop;
	return;
}
