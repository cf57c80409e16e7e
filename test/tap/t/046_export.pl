# An export by days needs memory for the largest day, not for the period, and it costs a fixed multiple of reading the entries.
#
#   EXPORT_ENTRIES=1000000    for the full size, at which the time counts as well
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time usleep);
use EventJournal;
use IPC::Run;
use PostgreSQL::Test::Utils;

plan skip_all => 'no /proc to read the memory of a process from' unless -e '/proc/self/status';

my $entries     = $ENV{EXPORT_ENTRIES} // 60_000;
my $kMostMemory = 48 * 1024;    # kB, of the backend without shared buffers
my $kMostTimes  = 20;           # of reading the entries

my $node = journal_node('export');
$node->safe_psql('postgres', <<"SQL");
SELECT journal.set_account('', time_zone => 'Europe/Moscow');
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, location, employee, object_type, object_id, label)
SELECT 100000 + n, '2024-01-01 00:00+00'::timestamptz + n * interval '365 days' / $entries, '3', 100000 + n, 1, 0, 1 + n % 40, 'l', true, false,
       '', (n % 12)::text, (n % 200)::text, 'sms', (n % 5000)::text, 'Word' || n % 4000
FROM generate_series(1, $entries) AS n;
SET client_min_messages = warning;
CALL journal.maintenance(0);
SQL

# Copies what a query returns, and returns its lines, the most memory that the backend had in kB, and the seconds that it took.
sub copy
{
	my ($query) = @_;
	my $file  = "$PostgreSQL::Test::Utils::tmp_check/export.csv";
	my $start = time;
	local $ENV{PGAPPNAME} = 'export';
	my $psql = IPC::Run::start([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-c', "COPY ($query) TO STDOUT" ],
		'>', $file);
	delete $ENV{PGAPPNAME};
	my ($pid, $most) = ('', 0);
	while ($psql->pumpable)
	{
		$pid ||= $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE application_name = 'export'});
		if ($pid && open(my $status, '<', "/proc/$pid/status"))
		{
			my ($now) = map { /^RssAnon:\s+(\d+)/ ? $1 : () } <$status>;
			$most = $now if ($now // 0) > $most;
		}
		usleep(20_000);
	}
	$psql->finish or die "psql failed: $query\n";
	my $took = time - $start;
	open(my $lines, '<', $file) or die "$file: $!\n";
	my $count = 0;
	$count++ while <$lines>;
	unlink $file;
	return ($count, $most, $took);
}

my $report = q{journal.report('custom', %s, sort => 'asc', page_size => 100000000)};
my ($read, undef, $reading) = copy('SELECT * FROM journal.entry');
my ($rows, $memory, $took) = copy(q{SELECT r.* FROM journal.days('custom', '2024-01-01', '2025-01-02') d, LATERAL }
	  . sprintf($report, 'd.starts_at, d.ends_at') . ' r');
my ($at_once, $whole) = copy('SELECT * FROM ' . sprintf $report, q{'2024-01-01', '2025-01-02'});
note(sprintf '%d entries: read in %.1f s; exported by days in %.1f s with %d kB; at once with %d kB', $read, $reading, $took, $memory, $whole);
is($rows, $read, 'an export by days has every entry');
is($at_once, $read, 'so has one of all at once');
cmp_ok($memory, '<=', $kMostMemory, 'by days it needs memory for one day');
cmp_ok($whole, '>', 2 * $memory, 'where all at once needs more');
cmp_ok($took, '<=', $kMostTimes * $reading, "and it takes $kMostTimes times as long as reading them at most") if $ENV{EXPORT_ENTRIES};
done_testing();
