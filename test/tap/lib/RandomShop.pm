# A shop whose tables change at random, with marks and plain copies in between (test/tap/past/random.sql): what brings back
# the past, or undoes changes, can be held against the copies afterwards.
package RandomShop;

use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use PostgreSQL::Test::Utils;

our @EXPORT = qw(chosen_seed open_random_shop open_random_undo change_at_random random_transaction run_script);

# The seed of this run: EVENT_JOURNAL_SEED, or always the same. What a check finds does not depend on when it runs;
# exploring is a run of its own, with many seeds.
sub chosen_seed
{
	my $seed = $ENV{EVENT_JOURNAL_SEED} // 1;
	srand($seed);
	return $seed;
}

# Makes the shop in the database "postgres" of a node with the extension.
sub open_random_shop
{
	my ($node) = @_;
	$node->safe_psql('postgres', slurp_file(dirname(__FILE__) . '/../past/random.sql'));
	return;
}

# Adds to the shop what takes transactions back and restores deletions (test/tap/past/undo.sql).
sub open_random_undo
{
	my ($node) = @_;
	$node->safe_psql('postgres', slurp_file(dirname(__FILE__) . '/../past/undo.sql'));
	return;
}

# One transaction: changes, and savepoints that are kept or rolled back. With a mark, which is counted on, also DDL, at times
# a mark in the middle, and at times no commit.
sub random_transaction
{
	my ($mark) = @_;
	my @lines = ('BEGIN;');
	my $depth = 0;
	for (1 .. 1 + int(rand(6)))
	{
		my $dice = rand();
		if ($dice < 0.15) { push @lines, 'SAVEPOINT s;'; $depth++; }
		elsif ($dice < 0.3 && $depth > 0)
		{
			push @lines, rand() < 0.5 ? 'ROLLBACK TO s; RELEASE s;' : 'RELEASE s;';
			$depth--;
		}
		elsif ($dice < 0.33 && $mark) { push @lines, 'SELECT test.act(true);'; }
		else { push @lines, 'SELECT test.act(false);' }
		push @lines, 'SELECT test.keep(' . "'$$mark'" . '); ' and $$mark++ if $mark && rand() < 0.004;
	}
	push @lines, $mark && rand() < 0.12 ? 'ROLLBACK;' : 'COMMIT;';
	return @lines;
}

# Runs so many transactions in one session, with about so many marks.
sub change_at_random
{
	my ($node, $seed, $transactions, $marks) = @_;
	my $mark = 'm0001';
	my @lines = ('SELECT setseed(' . ($seed % 1000) / 1000 . ');', 'SELECT test.keep(\'m0000\');');
	for (1 .. $transactions)
	{
		push @lines, random_transaction(\$mark);
		push @lines, "SELECT test.keep('$mark');" and $mark++ if rand() < $marks / $transactions;
	}
	run_script($node, "$transactions transactions", @lines);
	return;
}

# Runs lines in one session, in which a statement that fails takes only itself back.
sub run_script
{
	my ($node, $name, @lines) = @_;
	$node->command_ok(
		[ 'psql', '-X', '-q', '-o', '/dev/null', '-d', $node->connstr('postgres'), '-v', 'ON_ERROR_ROLLBACK=on', '-f',
			write_script($node, \@lines) ], $name);
	return;
}

sub write_script
{
	my ($node, $lines) = @_;
	my $file = $node->basedir . '/random.sql';
	open my $out, '>', $file or die "$file: $!";
	print $out join("\n", @$lines), "\n";
	close $out;
	return $file;
}

1;
