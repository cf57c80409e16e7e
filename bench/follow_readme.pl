# Follows the README as somebody who has a fresh machine; runs there (bench/stopwatch). Prints what each part took, and when
# after the beginning it was done.
use strict;
use warnings;
use IO::Socket::INET;
use PageBlocks;
use Time::HiRes qw(sleep time);

my $began = time;
my @done;

# Ends it with the end of what a command printed.
sub fail
{
	my ($what, $output) = @_;
	$output =~ s/.*\n(?=(?:.*\n){40})//s;
	print "$output\nFAILED  $what\n" . (scalar @done) . " passed, 1 failed\n";
	exit 1;
}

# Runs a part and notes its time.
sub part
{
	my ($title, $code) = @_;
	my $start = time;
	$code->();
	push @done, sprintf '%-42s %5d s, %5d s after the beginning', $title, time - $start, time - $began;
	print "$done[-1]\n";
	return;
}

# Runs a block's commands; returns what they print.
sub run_block
{
	my ($block, @command) = @_;
	open my $file, '>', '/tmp/block' or die $!;
	print $file $block->{text};
	close $file;
	my $output = `@command </tmp/block 2>&1`;
	fail("README.md:$block->{line}", $output) if $? || $output =~ /^(?:psql:.*)?(?:ERROR|FATAL)/m;
	return $output;
}

# Whoever has just installed PostgreSQL is its superuser by this.
my @as_superuser = qw(sudo -u postgres);
sub run_sql { return run_block($_[0], @as_superuser, qw(psql -X -q -d shop)) }
sub run_shell { my ($block, @as) = @_; return run_block($block, @as, qw(bash -eu)) }

$| = 1;
chdir $ENV{HOME} or die $!;
part('git clone' => sub { system('git clone -q /srv/event_journal.git event_journal') == 0 or fail('git clone', '') });
chdir 'event_journal' or die $!;
open my $file, '<:raw', 'README.md' or die "README.md: $!";
my @blocks = read_blocks(do { local $/; scalar <$file> });

# Returns the blocks under a heading, up to the first that matches, if one is given.
sub blocks_of
{
	my ($heading, $last) = @_;
	my @found;
	for my $block (grep { $_->{heading} eq $heading } @blocks)
	{
		push @found, $block;
		return @found if $last && $block->{text} =~ $last;
	}
	die "the README has nothing like $last under \"$heading\"\n" if $last;
	return @found;
}

# "If there is no make yet", it says there.
part('make is installed' => sub {
		my $output = `sudo apt-get -q update 2>&1 && sudo DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends make 2>&1`;
		fail('apt-get install make', $output) if $? });

part('the page answers' => sub {
		my ($block) = grep { $_->{text} =~ /^make demo-page$/m } blocks_of('On a fresh Debian 12');
		die "the README has no \"make demo-page\"\n" unless $block;
		my $child = fork // die $!;
		if (!$child)
		{
			setpgrp;
			# Whoever starts this in the background has it ignored.
			$SIG{INT} = 'DEFAULT';
			open STDOUT, '>', '/tmp/page' or die $!;
			open STDERR, '>&', \*STDOUT or die $!;
			exec 'bash', '-c', $block->{text};
		}
		my $answer = '';
		until ($answer =~ /<title>/)
		{
			sleep 0.5;
			fail('make demo-page', `cat /tmp/page`) if waitpid($child, 1) == $child;
			my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 8080, Timeout => 5) or next;
			print $socket "GET / HTTP/1.0\r\nHost: 127.0.0.1:8080\r\n\r\n";
			$answer = do { local $/; <$socket> // '' };
		}
		kill INT => -$child;
		waitpid $child, 0 });

part('installed' => sub {
		my ($install, $create) = grep { $_->{language} eq 'sh' } blocks_of('Install');
		local $ENV{DEBIAN_FRONTEND} = 'noninteractive';
		$install->{text} =~ s/apt-get install/apt-get -y install/;
		run_shell($install);
		# A machine's own start script does it, where there is one.
		system(q{pg_lsclusters -h | grep -q online || sudo pg_ctlcluster 15 main start});
		run_shell($create, @as_superuser) });

# Runs SQL blocks; what each prints is what the text block after it shows.
sub follow
{
	my (@some) = @_;
	while (my $block = shift @some)
	{
		my $shown = @some && $some[0]{language} eq 'text' ? shift @some : undef;
		my $output = run_sql($block);
		fail("README.md:$block->{line} prints something else", $output) if $shown && trimmed($output) ne trimmed($shown->{text});
	}
	return;
}
part('the first report' => sub { follow(blocks_of('The first report: two calls')) });
part('a restored client' => sub { follow(blocks_of('The sample in ten steps', qr{crm\.clients \| Ivanova +\| restored})) });
print scalar(@done) . " passed, 0 failed\n";
