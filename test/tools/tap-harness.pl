# Runs TAP tests as prove does, and writes how many passed, failed and were skipped.
#
# usage: perl tap-harness.pl COUNTS-FILE TEST…
use strict;
use warnings;
use TAP::Harness;

my ($counts_file, @tests) = @ARGV;
my $harness = TAP::Harness->new({ timer => 1, failures => 1, merge => 0 });
my $all     = $harness->runtests(@tests);

# A file that ends badly without a failed test counts as a failed test, one that is skipped as a whole
# as a skipped test.
my $failed  = $all->failed;
my $skipped = $all->skipped;
my $passed  = $all->passed - $skipped;
for my $file ($all->descriptions)
{
	my ($parser) = $all->parsers($file);
	$failed++ if $parser->has_problems && !$parser->failed;
	$skipped++ if $parser->skip_all;
}
open my $out, '>', $counts_file or die "$counts_file: $!\n";
print $out "$passed $failed $skipped\n";
close $out;
exit($failed ? 1 : 0);
