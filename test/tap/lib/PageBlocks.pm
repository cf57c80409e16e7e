# The fenced blocks of the project's pages, for the test that tries them and for bench/stopwatch.
package PageBlocks;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(read_blocks trimmed);

# Returns the blocks of a page's text, in their order: heading, language, text, line, and why the test does not run it,
# from a comment <!-- not run by the test: REASON --> above it. Dies if a block is not closed.
sub read_blocks
{
	my ($text) = @_;
	my @blocks;
	my ($block, $reason);
	my ($number, $heading) = (0, '');
	for my $line (split /\n/, $text)
	{
		$number++;
		if ($block && $line =~ /^\s*```\s*$/)
		{
			push @blocks, $block;
			$block = $reason = undef;
		}
		elsif ($block)
		{
			$block->{text} .= ($line =~ s/^$block->{indent}//r) . "\n";
		}
		elsif ($line =~ /^(\s*)```(\w*)/)
		{
			$block = { heading => $heading, indent => $1, language => $2, text => '', line => $number, reason => $reason };
		}
		elsif ($line =~ /^<!-- not run by the test: (.+) -->$/)
		{
			$reason = $1;
		}
		elsif ($line =~ /\S/)
		{
			$reason = undef;
			$heading = $1 if $line =~ /^#+ (.*)/;
		}
	}
	die "line $block->{line}: a block is not closed\n" if $block;
	return @blocks;
}

# Spaces at the end of psql's lines are no difference.
sub trimmed
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/^\n+|\n+$//g;
	return $text;
}

1;
