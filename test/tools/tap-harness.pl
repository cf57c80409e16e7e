# Runs TAP tests as prove does, some at once, and writes how many passed, failed and were skipped.
#
# What the logs of failed tests end with goes into a file of its own.
#
# usage: perl tap-harness.pl JOBS COUNTS-FILE FAILURES-FILE TEST…     with TESTLOGDIR
use strict;
use warnings;
use File::Basename qw(basename);
use TAP::Harness;

my ($jobs, $counts_file, $failures_file, @tests) = @ARGV;
my $kLines = 25;
my $harness = TAP::Harness->new({ timer => 1, failures => 1, merge => 0, jobs => $jobs });
my $all     = $harness->runtests(@tests);

# A file that ends badly without a failed test counts as a failed test, one that is skipped as a whole
# as a skipped test.
my $failed   = $all->failed;
my $skipped  = $all->skipped;
my $passed   = $all->passed - $skipped;
my $failures = '';
for my $file ($all->descriptions)
{
	my ($parser) = $all->parsers($file);
	$failed++ if $parser->has_problems && !$parser->failed;
	$skipped++ if $parser->skip_all;
	$failures .= end_of_log($file) if $parser->has_problems;
}
write_file($counts_file, "$passed $failed $skipped\n");
write_file($failures_file, $failures) if $failures ne '';
exit($failed ? 1 : 0);

# What a test said last, without the starting and stopping of its servers.
sub end_of_log
{
	my ($file) = @_;
	my $log = "$ENV{TESTLOGDIR}/regress_log_" . basename($file, '.pl');
	open my $in, '<', $log or return "$file: $log: $!\n";
	my @lines = grep { !/^(?:###? |# (?:Running|Postmaster PID|No postmaster)|waiting for server|server st)/ } <$in>;
	close $in;
	return join '', "$file:\n", @lines > $kLines ? @lines[-$kLines .. -1] : @lines;
}

sub write_file
{
	my ($file, $text) = @_;
	open my $out, '>', $file or die "$file: $!\n";
	print $out $text;
	close $out or die "$file: $!\n";
	return;
}
