# The past against plain copies: a random run over every kind of table, with DDL in it, and marks at which every table was
# copied. EVENT_JOURNAL_SEED repeats a run, EVENT_JOURNAL_SEEDS makes so many of them, with that seed and those that follow;
# EVENT_JOURNAL_TRANSACTIONS makes them longer.

use strict;
use warnings;
use Test::More;
use EventJournal;
use RandomShop;

my $first = chosen_seed();
my $transactions = $ENV{EVENT_JOURNAL_TRANSACTIONS} // 600;

for my $seed ($first .. $first + ($ENV{EVENT_JOURNAL_SEEDS} // 2) - 1)
{
	subtest "seed $seed" => sub { try_seed($seed) };
}
done_testing();

sub try_seed
{
	my ($seed) = @_;
	note("EVENT_JOURNAL_SEED=$seed");
	srand($seed);
	my $node = journal_node("random$seed");
	open_random_shop($node);
	change_at_random($node, $seed, $transactions, 12);

	note($node->safe_psql('postgres', q{SELECT state, count(*), min(message), min(statement) FROM test.failure GROUP BY 1 ORDER BY 1}));
	is($node->safe_psql('postgres', q{SELECT count(*) FROM test.failure WHERE state LIKE 'XX%' OR state LIKE 'JE%' AND state <> 'JE033'}),
		'0', 'nothing fails in the journal');
	cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM journal.entry'), '>', $transactions / 3, 'many entries');
	is_right($node, $seed, 'compare_marks()', 'tables at marks and moments are what their copies are');
	is_right($node, $seed, 'compare_diffs()', 'differences and single rows fit the tables');
	is_right($node, $seed, 'compare_pairs(150)', 'differences between any two moments fit the states at both');
	is( $node->safe_psql(
			'postgres', q{SELECT t.relation, v.* FROM journal.tracked_relations t, journal.verify_history(t.relation) v
			WHERE t.tracked AND NOT EXISTS (SELECT FROM journal.gap g JOIN journal.tracked_relation r ON r.id = g.relation
				WHERE r.relation = t.relation AND g.reason NOT IN ('tracked', 'computed'))}),
		'', 'every history leads to the present state');
	diag("EVENT_JOURNAL_SEED=$seed") unless Test::More->builder->is_passing;
	$node->stop;
	return;
}

sub is_right
{
	my ($node, $seed, $function, $name) = @_;
	my @lines = split /\n/, $node->safe_psql('postgres', "SELECT * FROM test.$function");
	note(pop @lines);
	is(join("\n", @lines), '', "$name (EVENT_JOURNAL_SEED=$seed)");
	return;
}
