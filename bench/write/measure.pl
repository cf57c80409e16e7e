# Runs the workloads of bench-write and prints what they cost.
#
# Every contender has a database of its own, prepared once. A workload runs in a fresh copy of it;
# the contenders take turns within a round, so that a machine that becomes slower slows all of them,
# and what is reported is the median of the rounds' ratios. Instructions are counted in a
# single-user server under valgrind: one process runs each workload for two numbers of rows, and
# their difference holds nothing that is constant.
use strict;
use warnings;
use Getopt::Long;
use JSON::PP;
use File::Copy;
use List::Util qw(sum0 max min);
use POSIX ();

my %o;
GetOptions(\%o, qw(bin=s cluster=s rows-folder=s sql=s rows=i rounds=i seconds=i entries=i month=i contenders=s
    workloads=s json=s profiles=s))
  or die "bad options\n";
my %mode = map { $_ => 1 } @ARGV;
my $rows = $o{rows};
die "instructions need ROWS=6000 at least\n" if $mode{instructions} && $rows < 6000;
my $result = { rows => $rows, rounds => $o{rounds} };

my @contenders = split ' ', $o{contenders} || 'untracked floor by_hand plpgsql table_log event_journal';
my %writes_by_hand = (by_hand => 1);

# --- Workloads -----------------------------------------------------------------------------------
#
# A workload is a list of statements; each names the rows of the log that the application writes by
# hand, as [kind, first, last].

sub bulk
{
	my ($statement, $kind, $count) = @_;
	return [ [ $statement, $kind, 1, $count ] ];
}

my %bulk = (
	insert => sub {
		bulk("INSERT INTO crm.orders SELECT * FROM crm.new_orders", 'insert', $rows);
	},
	copy => sub { bulk("COPY crm.orders FROM '$o{'rows-folder'}/orders'", 'insert', $rows) },
	update => sub {
		bulk("UPDATE crm.orders SET status_id = status_id % 8 + 1", 'update', $rows);
	},
	delete => sub { bulk("DELETE FROM crm.orders", 'delete', $rows) },
	statements => sub {
		my $size = max(1, int($rows / 100));
		[
			map {
				my ($first, $last) = ($_ * $size + 1, ($_ + 1) * $size);
				[
					"UPDATE crm.orders SET status_id = status_id % 8 + 1 "
					  . "WHERE id BETWEEN $first AND $last",
					'update', $first, $last
				]
			} 0 .. 99
		];
	});
my $single = min(20000, $rows);
my %changes = (
	(map { $_ => $rows } qw(insert copy update delete)),
	statements => 100 * max(1, int($rows / 100)),
	transactions => $single);
my %title = (
	insert => 'bulk insert',
	copy => 'COPY',
	update => 'bulk update of one column',
	delete => 'bulk delete',
	statements => 'updates of 1,000 rows',
	transactions => 'single-row update transactions',
	pgbench_insert => 'pgbench insert, synchronous_commit off',
	pgbench_update => 'pgbench update, synchronous_commit off',
	pgbench_update_accounts => 'pgbench update, 12 accounts',
	text => 'bulk update of a text',
	rename => 'bulk update of the name',
	pgbench_insert_sync => 'pgbench insert, synchronous_commit on',
	pgbench_update_sync => 'pgbench update, synchronous_commit on');
my @order = qw(insert copy update delete statements transactions pgbench_insert pgbench_update
  pgbench_insert_sync pgbench_update_sync);
my %wanted = map { $_ => 1 } split(' ', $o{workloads} || "@order");
my @workloads = grep { $wanted{$_} } @order;
# Counted alone.
$wanted{pgbench_update_accounts} ||= $wanted{pgbench_update};
$wanted{$_} ||= $wanted{update} for qw(text rename);

# The statements of a workload as one contender runs them: each in a transaction, together with the
# log's rows where the application writes them.
sub statements_of
{
	my ($contender, $workload) = @_;
	if ($workload eq 'transactions')
	{
		my $by_hand =
		  $writes_by_hand{$contender}
		  ? 'INSERT INTO public.log SELECT * FROM public.ready_update WHERE id = i;'
		  : '';
		return "DO \$\$ BEGIN FOR i IN 1 .. $single LOOP "
		  . "UPDATE crm.orders SET status_id = status_id % 8 + 1 WHERE id = i; $by_hand "
		  . "COMMIT; END LOOP; END \$\$";
	}
	return map {
		my ($statement, $kind, $first, $last) = @$_;
		$writes_by_hand{$contender}
		  ? (
			'BEGIN', $statement,
			"INSERT INTO public.log SELECT * FROM public.ready_$kind WHERE id BETWEEN $first AND $last",
			'COMMIT')
		  : ($statement)
	} @{ $bulk{$workload}->() };
}

# The statement of a single-row workload, about row :i. Written by hand, both rows go in one statement:
# several messages would cost more than what is compared.
sub singly
{
	my ($contender, $workload) = @_;
	my ($kind) = $workload =~ /(insert|update)/;
	my $statement =
	  $kind eq 'insert'
	  ? "INSERT INTO crm.orders SELECT nextval('crm.next_order'), account_id, location_id, number, type_id, status_id, "
	  . "client_id, device_id, ticket_id, manager_id, assignee_id, complaint, note, prepayment, appointment_at, "
	  . "deadline_at, status_changed_at, created_at, created_by, updated_at FROM crm.new_orders WHERE id = $rows + :i"
	  : "UPDATE crm.orders SET status_id = status_id % 8 + 1 WHERE id = :i";
	return "$statement;" unless $writes_by_hand{$contender};
	return "WITH change AS ($statement) INSERT INTO public.log SELECT * FROM public.ready_$kind WHERE id = :i;";
}

# --- The server ----------------------------------------------------------------------------------

# Runs SQL by psql and returns what it prints.
sub psql
{
	my ($database, $sql, @options) = @_;
	my $file = "$o{cluster}/../bench.sql";
	open my $out, '>', $file or die "$file: $!\n";
	print $out $sql;
	close $out;
	my @command = ("$o{bin}/psql", qw(-X -q -A -t -v ON_ERROR_STOP=1), '-h', "$o{cluster}/socket",
		'-U', 'postgres', '-d', $database, @options, '-f', $file);
	open my $in, '-|', @command or die "psql: $!\n";
	my @lines = <$in>;
	close $in or die "psql failed on: " . substr($sql, 0, 300) . "\n";
	chomp @lines;
	return @lines;
}

sub psql_file
{
	my ($database, $name) = @_;
	open my $in, '<', "$o{sql}/$name.sql" or die "$name.sql: $!\n";
	local $/;
	my $sql = <$in>;
	my $new = $rows + 1;
	$sql =~ s/:first_new\b/$new/g;
	$sql =~ s/:rows\b/$rows/g;
	return psql($database, "SET client_min_messages = warning;\n$sql");
}

sub copy_database
{
	my ($from, $to) = @_;
	psql('postgres', "SET client_min_messages = warning;\nDROP DATABASE IF EXISTS $to;\nCREATE DATABASE $to TEMPLATE $from "
		  . ($result->{server_major} >= 15 ? 'STRATEGY file_copy;' : ';'));
}

sub say_progress { printf STDERR "== %s\n", "@_" }

# Prepares a database for each contender. The rows that are written by hand are those that
# event_journal writes.
sub prepare
{
	($result->{server}) = psql('postgres', 'SELECT version()');
	($result->{server_major}) = psql('postgres', q(SELECT current_setting('server_version_num')::int / 10000));
	psql('postgres', 'CREATE DATABASE untracked');
	psql_file('untracked', 'orders');
	psql('untracked', 'CREATE EXTENSION pg_prewarm; VACUUM (ANALYZE, FREEZE)');
	psql('untracked', "COPY crm.new_orders TO '$o{'rows-folder'}/orders'");
	($result->{row_bytes}) =
	  psql('untracked', 'SELECT round(avg(pg_column_size(o))) FROM crm.orders AS o');
	my %is_contender = map { $_ => 1 } @contenders;
	my @others = grep { !/^(untracked|floor|by_hand|event_journal)$/ } @contenders;
	for my $contender ('event_journal', @others)
	{
		copy_database('untracked', $contender);
		psql_file($contender, $contender);
	}
	take_samples();
	for my $contender (grep { $is_contender{$_} } qw(floor by_hand))
	{
		prepare_log($contender);
		fill_month($contender, 'public.log', $o{month});
	}
	fill_month('event_journal', 'journal.entry', $o{month});
	psql($_, 'VACUUM (ANALYZE, FREEZE)') for grep { $is_contender{$_} } qw(floor by_hand);
}

# Entries that event_journal writes: those that are ready for each workload, and those of which the
# month is full.
sub take_samples
{
	for my $kind (qw(insert update delete))
	{
		copy_database('event_journal', 'bench');
		psql('bench', "$_;") for statements_of('event_journal', $kind);
		psql('bench', "COPY (SELECT row_number() OVER (ORDER BY id), " . names_of_entry('id')
			  . " FROM journal.entry) TO '$o{'rows-folder'}/ready_$kind'");
	}
	copy_database('event_journal', 'bench');
	psql('bench', 'UPDATE crm.orders SET status_id = status_id % 8 + 1 WHERE id <= 500 OR id BETWEEN 4001 AND 4500');
	psql('bench', "COPY (SELECT * FROM journal.entry) TO '$o{'rows-folder'}/sample'");
}

# The columns of an entry but for some.
sub names_of_entry
{
	my $without = join ', ', map { "'$_'" } @_;
	return join ', ', psql('event_journal', <<SQL);
SELECT quote_ident(attname) FROM pg_attribute
 WHERE attrelid = 'journal.entry'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ($without) ORDER BY attnum
SQL
}

# Fills the present month of a log with entries of other objects, of earlier times: its indexes are as
# deep as they are in a month that has gone by. Ids are smaller than those that follow.
sub fill_month
{
	my ($database, $table, $entries) = @_;
	my $plain = names_of_entry(qw(id occurred_at object_id));
	(my $names = $plain) =~ s/(\w+)/e.$1/g;
	my $times = int($entries / 1000);
	psql($database, <<SQL);
SET synchronous_commit = off;
CREATE TEMP TABLE sample (LIKE $table);
COPY sample FROM '$o{'rows-folder'}/sample';
INSERT INTO $table (id, occurred_at, object_id, $plain)
SELECT n * 10000 + e.object_id::bigint - 1000000000000,
       greatest(date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', now() - interval '20 days')
       + n * interval '1 millisecond', (n * 7919 + e.object_id::bigint)::text, $names
  FROM generate_series(1, $times) AS n, sample AS e;
VACUUM (FREEZE, ANALYZE) $table;
CHECKPOINT;
SQL
}

# A log of the form of a month, in which rows are put that are ready: by hand with all its indexes,
# for the floor with one.
sub prepare_log
{
	my ($contender) = @_;
	copy_database('untracked', $contender);
	my ($partition) = psql('event_journal', <<'SQL');
SELECT p.relid FROM pg_partition_tree('journal.entry') AS p
 WHERE p.relid::text LIKE to_char(now() AT TIME ZONE 'UTC', '"journal.entry_"YYYY_MM')
SQL
	my ($columns) = psql('event_journal', <<SQL);
SELECT string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod),
                         CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END), ', ' ORDER BY attnum)
  FROM pg_attribute WHERE attrelid = '$partition'::regclass AND attnum > 0 AND NOT attisdropped
SQL
	my @indexes = psql('event_journal', <<SQL);
SELECT regexp_replace(pg_get_indexdef(indexrelid), 'INDEX .* ON [^ ]*', 'INDEX ON public.log')
  FROM pg_index WHERE indrelid = '$partition'::regclass ORDER BY indexrelid
SQL
	@indexes = ('CREATE INDEX log_idx ON public.log (change, id) WITH (deduplicate_items = off)') if $contender eq 'floor';
	# An index may need an operator class of the extension's, which tracks nothing here.
	psql($contender, join ";\n", 'CREATE EXTENSION event_journal', "CREATE TABLE public.log ($columns)", @indexes, '');
	for my $kind (qw(insert update delete))
	{
		psql($contender, "CREATE TABLE public.ready_$kind (LIKE public.log, PRIMARY KEY (id));\n"
			  . "COPY public.ready_$kind FROM '$o{'rows-folder'}/ready_$kind';");
	}
	psql_file('floor', 'floor') if $contender eq 'floor';
}

my $log_size = <<'SQL';
SELECT 'size ' || coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class AS c
 WHERE c.relkind = 'r' AND (c.relnamespace = to_regnamespace('journal')
       OR c.relnamespace = 'public'::regnamespace AND c.relname IN ('log', 'audit', 'orders_log'));
SQL
my $position = q(SELECT 'position ' || pg_current_wal_insert_lsn() - '0/0';) . "\n";

# Runs a workload in a copy of the contender's database: milliseconds, and bytes of WAL and log.
sub measure
{
	my ($contender, $workload) = @_;
	copy_database($contender, 'bench');
	my $sql = "SET synchronous_commit = off;\n"
	  . "SELECT count(pg_prewarm(oid)) FROM pg_class WHERE relkind IN ('r', 'i') AND relpersistence = 'p';\n"
	  . "CHECKPOINT;\nSELECT 'begin';\n$log_size$position\\timing on\n"
	  . join('', map { "$_;\n" } statements_of($contender, $workload))
	  . "\\timing off\n$position$log_size";
	my @lines = psql('bench', $sql);
	my (@size, @position, $time);
	for (@lines)
	{
		push @size, $1 if /^size (\d+)/;
		push @position, $1 if /^position (\d+)/;
		$time += $1 if /^Time: ([\d.]+) ms/;
	}
	return { ms => $time, wal => $position[1] - $position[0], stored => $size[1] - $size[0] };
}

# Runs pgbench in copies of all contenders' databases, in turn and for two seconds each, forwards and
# then backwards: a machine that becomes slower or faster meanwhile does so for all of them. Gives
# each contender's figures of one transaction, slice by slice.
sub measure_pgbench
{
	my ($workload) = @_;
	my %slices;
	local $ENV{PGOPTIONS} = '-c synchronous_commit=' . ($workload =~ /_sync$/ ? 'on' : 'off');
	copy_database($_, "bench_$_") for @contenders;
	psql('postgres', 'CHECKPOINT;');
	my $slice = min(2, $o{seconds});
	for my $n (1 .. max(1, int($o{seconds} / $slice)))
	{
		for my $contender ($n % 2 ? @contenders : reverse @contenders)
		{
			push @{ $slices{$contender} }, run_pgbench($contender, $workload, $slice);
		}
	}
	psql('postgres', join '', map { "DROP DATABASE bench_$_;\n" } @contenders);
	return \%slices;
}

sub run_pgbench
{
	my ($contender, $workload, $seconds) = @_;
	my $script = "$o{cluster}/../bench.pgbench";
	open my $out, '>', $script or die "$script: $!\n";
	print $out "\\set i random(1, $rows)\n", singly($contender, $workload), "\n";
	close $out;
	my $database = "bench_$contender";
	my @position = psql($database, "$log_size$position");
	my $output = qx("$o{bin}/pgbench" -n -M prepared -c 1 -T $seconds -f "$script" -h "$o{cluster}/socket" -U postgres $database 2>&1);
	my ($tps) = $output =~ /^tps = ([\d.]+)/m or die "pgbench: $output";
	my ($count) = $output =~ /actually processed: (\d+)/;
	push @position, psql($database, "$position$log_size");
	my @size = map { /^size (\d+)/ ? $1 : () } @position;
	my @wal = map { /^position (\d+)/ ? $1 : () } @position;
	return { ms => 1000 / $tps, wal => ($wal[1] - $wal[0]) / $count, stored => ($size[1] - $size[0]) / $count };
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[ $#sorted / 2 ] if @sorted % 2;
	return ($sorted[ @sorted / 2 - 1 ] + $sorted[ @sorted / 2 ]) / 2;
}

# --- Times ---------------------------------------------------------------------------------------

my %figure;    # workload, contender -> figures

sub measure_times
{
	for my $workload (@workloads)
	{
		my $is_pgbench = $workload =~ /^pgbench/;
		my $changes = $is_pgbench ? 1 : $changes{$workload};
		my %runs;
		for my $round (1 .. $o{rounds})
		{
			my $slices = $is_pgbench ? measure_pgbench($workload) : {};
			for my $contender (@contenders)
			{
				push @{ $runs{$contender} },
				  $is_pgbench ? @{ $slices->{$contender} } : measure($contender, $workload);
			}
			say_progress("$title{$workload}: round $round of $o{rounds}");
		}
		my $base = $runs{untracked};
		my $hand = $runs{by_hand};
		for my $contender (@contenders)
		{
			my $own = $runs{$contender};
			my @each = 0 .. $#$own;
			my %f = (
				ms => median(map { $own->[$_]{ms} } @each),
				wal_per_change => median(map { $own->[$_]{wal} / $changes } @each),
				stored_per_change => median(map { $own->[$_]{stored} / $changes } @each));
			if ($base)
			{
				$f{ratio} = median(map { $own->[$_]{ms} / $base->[$_]{ms} } @each);
				$f{added_us} =
				  median(map { ($own->[$_]{ms} - $base->[$_]{ms}) * 1000 / $changes } @each);
				$f{added_wal} = median(map { ($own->[$_]{wal} - $base->[$_]{wal}) / $changes } @each);
			}
			$f{ratio_to_by_hand} = median(map { $own->[$_]{ms} / $hand->[$_]{ms} } @each) if $hand;
			$figure{$workload}{$contender} = \%f;
		}
		print_times($workload);
	}
	$result->{times} = \%figure;
}

sub print_times
{
	my ($workload) = @_;
	printf "\n%s\n  %-14s %10s %9s %10s %9s %11s %11s %9s\n", $title{$workload}, '', 'ms', 'ratio',
	  'by hand=1', 'added us', 'WAL/change', 'added WAL', 'stored';
	for my $contender (@contenders)
	{
		my $f = $figure{$workload}{$contender};
		printf "  %-14s %10.2f %9.2f %10s %9.2f %11.0f %11.0f %9.0f\n", $contender, $f->{ms},
		  $f->{ratio} // 0, defined $f->{ratio_to_by_hand} ? sprintf('%.2f', $f->{ratio_to_by_hand}) : '',
		  $f->{added_us} // 0, $f->{wal_per_change}, $f->{added_wal} // 0, $f->{stored_per_change};
	}
}

# --- Instructions --------------------------------------------------------------------------------

my %count;    # workload, contender -> instructions per change
my %wal_count;    # the same, bytes of WAL
my ($few, $many) = (300, 1300);
my ($few_singly, $many_singly) = (100, 600);    # transactions
my @bulk_counted = grep { $wanted{$_} } qw(insert copy update text rename delete);
my @singly_counted = grep { $wanted{$_} || $wanted{"${_}_sync"} } qw(pgbench_insert pgbench_update pgbench_update_accounts);

# For each bulk workload: a first run that fills caches, one over few rows, one over many; of a
# single-row workload as many transactions. Each is a list of lines, which the server takes as
# messages of their own.
sub counted_lines
{
	my ($contender) = @_;
	my $next = $rows;
	my @list;
	my $hand = sub {
		my ($kind, $first, $last) = @_;
		return '' unless $writes_by_hand{$contender};
		return "INSERT INTO public.log SELECT * FROM public.ready_$kind WHERE id BETWEEN $first AND $last; ";
	};
	my $add = sub {
		my ($workload, $statement, $by_hand) = @_;
		push @list, [ $workload, $by_hand ? "BEGIN; $statement; ${by_hand}COMMIT;" : "$statement;" ]
		  if $wanted{$workload};
	};
	my $from = 1;
	for my $size ($few, $few, $many)
	{
		my $to = $from + $size - 1;
		my $range = "BETWEEN $from AND $to";
		my ($new_from, $new_to) = ($rows + $from, $rows + $to);
		my $new_range = "BETWEEN $new_from AND $new_to";
		$add->('update', "UPDATE crm.orders SET status_id = status_id % 8 + 1 WHERE id $range",
			$hand->('update', $from, $to));
		# A text that is the name is compared with another of the same length, which is put there first.
		push @list, [ 'unnamed', "UPDATE crm.orders SET note = number WHERE id $range;" ] if $wanted{text};
		$add->('text', "UPDATE crm.orders SET note = number || 'b' WHERE id $range", $hand->('update', $from, $to));
		$add->('rename', "UPDATE crm.orders SET number = number || 'b' WHERE id $range",
			$hand->('update', $from, $to));
		$add->('insert', "INSERT INTO crm.orders SELECT * FROM crm.new_orders WHERE id $new_range",
			$hand->('insert', $from, $to));
		$add->('delete', "DELETE FROM crm.orders WHERE id $new_range", $hand->('delete', $from, $to));
		$add->('copy', "COPY crm.orders FROM '$o{'rows-folder'}/orders_$from'",
			$hand->('insert', $from + 3000, $to + 3000));
		$from = $to + 1;
	}
	for my $workload (@singly_counted)
	{
		# Of the rows from 4001 on, each is of another one of 12 accounts (orders.sql).
		my $row = $workload =~ /accounts/ ? 4000 : 2000;
		for my $size ($few_singly, $few_singly, $many_singly)
		{
			push @list, [ $workload, map { "EXECUTE $workload ($_);" } $row + 1 .. $row + $size ];
			$row += $size;
		}
	}
	return @list;
}

# Plans are generic, as those of a statement that a client has prepared and used a few times.
sub preparing_lines
{
	my ($contender) = @_;
	my $set_back = 2 * $rows;
	return (
		'SET synchronous_commit = off;',
		'SET plan_cache_mode = force_generic_plan;',
		"SELECT setval('crm.next_order', $set_back);",
		map { (my $sql = singly($contender, $_)) =~ s/:i\b/\$1/g; "PREPARE $_ (bigint) AS $sql" }
		  @singly_counted);
}

sub write_copy_files
{
	my $from = 1;
	for my $size ($few, $few, $many)
	{
		my ($first, $last) = ($rows + 3000 + $from, $rows + 3000 + $from + $size - 1);
		psql('untracked', "COPY (SELECT * FROM crm.new_orders WHERE id BETWEEN $first AND $last) "
			  . "TO '$o{'rows-folder'}/orders_$from'");
		$from += $size;
	}
}

sub count_instructions
{
	my ($contender) = @_;
	my @list = counted_lines($contender);
	my $folder = "$o{'rows-folder'}/callgrind-$contender";
	my $sql = "$o{'rows-folder'}/single-$contender.sql";
	# Valgrind writes down what it has counted wherever a marker begins.
	my $marker = 'SELECT pg_backend_pid();';
	my $wal = q(SELECT 'wal ' || pg_current_wal_insert_lsn() - '0/0';);
	open my $out, '>', $sql or die "$sql: $!\n";
	print $out "$_\n" for preparing_lines($contender);
	for (@list)
	{
		my ($workload, @lines) = @$_;
		print $out "$_\n" for $marker, $wal, @lines, $wal;
	}
	print $out "$marker\n";
	close $out;
	my @as_server = $> == 0 ? ('runuser', '-u', $ENV{BENCH_SERVER_USER}, '--') : ();
	my @command = (@as_server, 'bash', '-c',
		"mkdir -p $folder && valgrind --tool=callgrind --callgrind-out-file=$folder/out "
		  . "--dump-before=pg_backend_pid $o{bin}/postgres --single -D $o{cluster}/data "
		  . "-c shared_buffers=128MB -c full_page_writes=off $contender <$sql >$folder/log 2>&1");
	system(@command) == 0 or die "valgrind failed: see $folder/log\n" . qx(tail -n 20 $folder/log);
	die "the server failed:\n" . qx(grep -A3 ERROR $folder/log) if qx(grep -c ERROR $folder/log) > 0;

	# Part 1 ends at the first marker.
	my %cost;
	for my $n (0 .. $#list)
	{
		my $part = sprintf "%s/out.%d", $folder, $n + 2;
		# The last one of each workload is kept, for callgrind_annotate.
		copy($part, "$o{profiles}.$contender.$list[$n][0]");
		open my $in, '<', $part or die "$part: $!\n";
		while (<$in>)
		{
			push @{ $cost{ $list[$n][0] } }, $1 if /^summary: (\d+)/;
		}
	}
	# What is written between two markers, without the images of pages, which are the checkpoints'.
	open my $log, '<', "$folder/log" or die "$folder/log: $!\n";
	my @positions = map { /"wal (\d+)"/ ? $1 : () } <$log>;
	die "the log has " . @positions . " positions: see $folder\n" if @positions != 2 * @list;
	my %written;
	push @{ $written{ $list[$_][0] } }, $positions[ 2 * $_ + 1 ] - $positions[ 2 * $_ ] for 0 .. $#list;
	for my $workload (keys %cost)
	{
		my @runs = @{ $cost{$workload} };
		die "valgrind counted $workload " . @runs . " times instead of 3: see $folder\n" if @runs != 3;
		my $more = $workload =~ /^pgbench/ ? $many_singly - $few_singly : $many - $few;
		$count{$workload}{$contender} = ($runs[2] - $runs[1]) / $more;
		$wal_count{$workload}{$contender} = ($written{$workload}[2] - $written{$workload}[1]) / $more;
	}
}

sub instructions
{
	psql('postgres', 'DROP DATABASE IF EXISTS bench');
	write_copy_files();
	psql('postgres', 'CHECKPOINT');
	stop_server();
	my @databases = (@contenders, $mode{large} ? 'large' : ());
	for my $contender (@databases)
	{
		say_progress("counting instructions: $contender");
		count_instructions($contender);
	}
	my @counted = grep { $count{$_} } @bulk_counted, @singly_counted;
	$result->{instructions} = \%count;
	$result->{wal} = \%wal_count;
	print_counted('user-mode instructions per change', \%count, \@databases, \@counted);
	print_counted('bytes of WAL per change, without the images of pages', \%wal_count, \@databases, \@counted);
}

# Of untracked what it takes, of the others what they add.
sub print_counted
{
	my ($title, $figures, $databases, $counted) = @_;
	my $title_of = sub { my $title = $_[0]; $title =~ s/pgbench_(\w+?)(_accounts)?$/"$1, singly" . ($2 ? ', 12' : '')/er };
	print "\n$title; singly: of a transaction of one row; 12: with 12 accounts\n";
	printf "  %-22s" . (' %18s' x @$counted) . "\n", '', map { $title_of->($_) } @$counted;
	for my $contender (@$databases)
	{
		printf "  %-22s" . (' %18.0f' x @$counted) . "\n", $contender eq 'untracked' ? $contender : "$contender adds",
		  map { $figures->{$_}{$contender} - ($contender eq 'untracked' ? 0 : $figures->{$_}{untracked} // 0) } @$counted;
	}
}

sub stop_server
{
	my @as_server = $> == 0 ? ('runuser', '-u', $ENV{BENCH_SERVER_USER}, '--') : ();
	system(@as_server, "$o{bin}/pg_ctl", '-D', "$o{cluster}/data", '-s', '-w', '-m', 'fast', 'stop') == 0
	  or die "the server did not stop\n";
}

# --- A large journal -----------------------------------------------------------------------------

sub large
{
	copy_database('event_journal', 'large');
	say_progress("filling the journal with $o{entries} entries");
	fill_month('large', 'journal.entry', $o{entries});
	my %runs;
	for my $round (1 .. $o{rounds})
	{
		push @{ $runs{$_} }, measure($_, 'update') for qw(untracked event_journal large);
		say_progress("update over a large journal: round $round of $o{rounds}");
	}
	my @each = 0 .. $o{rounds} - 1;
	my $added = sub { ($runs{ $_[0] }[ $_[1] ]{ms} - $runs{untracked}[ $_[1] ]{ms}) };
	my $ratio = median(map { $added->('large', $_) / $added->('event_journal', $_) } @each);
	printf "\nadded time of an update with %d entries in the journal, over an empty one: %.2f\n",
	  $o{entries}, $ratio;
	$result->{large} = { entries => $o{entries}, ratio => $ratio };
}

# --- Bars ----------------------------------------------------------------------------------------

my @bars;

sub bar
{
	my ($measure, $by, $value, $sense, $limit) = @_;
	return unless defined $value;
	my $holds = $sense eq 'at most' ? $value <= $limit : $value >= $limit;
	push @bars, { measure => $measure, by => $by, value => $value, bar => "$sense $limit",
		holds => $holds ? JSON::PP::true : JSON::PP::false };
	printf "  %-6s %-58s %-13s %10.2f  (%s %s)\n", $holds ? 'ok' : 'missed', $measure, $by, $value, $sense, $limit;
}

# What a change of ours may add to untracked, in thousand instructions and in bytes of WAL.
sub check_counted
{
	my ($ours, $none) = qw(event_journal untracked);
	my $added = sub {
		my ($figures, $workload) = @_;
		my $f = $figures->{$workload};
		return $f && defined $f->{$ours} && defined $f->{$none} ? $f->{$ours} - $f->{$none} : undef;
	};
	my %limit = (insert => 38, update => 36, delete => 47, pgbench_update => 51);
	for my $workload (qw(insert update delete pgbench_update))
	{
		my $value = $added->(\%count, $workload);
		bar("added, $title{$workload}, thousand", 'instructions', defined $value ? $value / 1000 : undef, 'at most',
			$limit{$workload});
	}
	my ($one, $twelve) = map { $added->(\%count, $_) } qw(pgbench_update pgbench_update_accounts);
	bar('added more, single updates, with 12 accounts, thousand', 'instructions', ($twelve - $one) / 1000, 'at most', 1)
	  if defined $one && defined $twelve;
	my $renamed = sub {
		my ($figures) = @_;
		my ($text, $rename) = map { $added->($figures, $_) } qw(text rename);
		return defined $text && defined $rename ? $rename - $text : undef;
	};
	my $more = $renamed->(\%count);
	bar('added more by a changed name, thousand', 'instructions', defined $more ? $more / 1000 : undef, 'at most', 13);
	bar('added more by a changed name', 'WAL', $renamed->(\%wal_count), 'at most', 220);
	%limit = (update => 340, insert => 760, delete => 800);
	bar("added, $title{$_}", 'WAL', $added->(\%wal_count, $_), 'at most', $limit{$_}) for qw(update insert delete);
}

sub check_bars
{
	print "\nbars\n";
	my ($ours, $none) = qw(event_journal untracked);
	check_counted();
	my $t = sub { $figure{ $_[0] }{ $_[1] }{ $_[2] } };
	for my $workload (qw(insert copy update statements delete))
	{
		my $limit = $workload eq 'delete' ? 1.25 : 1.10;
		bar("$title{$workload} / by hand", 'time', $t->($workload, $ours, 'ratio_to_by_hand'), 'at most', $limit);
	}
	my $c = $count{update};
	if ($c && $c->{$ours} && $c->{$none})
	{
		for (qw(insert copy update delete))
		{
			my $c = $count{$_};
			bar("added, $title{$_}: table_log / event_journal", 'instructions',
				($c->{table_log} - $c->{$none}) / ($c->{$ours} - $c->{$none}), 'at least', 8)
			  if $c->{table_log};
		}
		bar('added by a one-column update: plpgsql / event_journal', 'instructions',
			($c->{plpgsql} - $c->{$none}) / ($c->{$ours} - $c->{$none}), 'at least', 6)
		  if $c->{plpgsql};
	}
	if (my $ratio = $t->('update', $ours, 'ratio'))
	{
		bar('added by a one-column update / untracked', 'time', $ratio - 1, 'at most', 0.45);
		my $plpgsql = $t->('update', 'plpgsql', 'added_us');
		bar('added by a one-column update: plpgsql / event_journal', 'time',
			$plpgsql / $t->('update', $ours, 'added_us'), 'at least', 6)
		  if $plpgsql;
	}
	for my $workload (grep { !/^pgbench/ } @workloads)
	{
		my $theirs = $t->($workload, 'table_log', 'added_us');
		bar("added, $title{$workload}: table_log / event_journal", 'time',
			$theirs / $t->($workload, $ours, 'added_us'), 'at least', 8)
		  if $theirs;
	}
	for my $workload (grep { /^pgbench/ } @workloads)
	{
		my $ratio = $t->($workload, $ours, 'ratio');
		bar("$title{$workload}: tps / untracked", 'time', 1 / $ratio, 'at least', 0.90) if $ratio;
	}
	# Decided by instructions where they are counted.
	my $counted = $c && $c->{large} && ($c->{large} - $c->{$none}) / ($c->{$ours} - $c->{$none});
	bar('added by an update with a large journal / empty', $counted ? 'instructions' : 'time',
		$counted || $result->{large}{ratio}, 'at most', 1.1)
	  if $result->{large};
	$result->{bars} = \@bars;
	printf "%d bars, %d missed\n", scalar @bars, scalar grep { !$_->{holds} } @bars;
}

# --- The machine ---------------------------------------------------------------------------------

sub machine
{
	my ($cpu) = qx(cat /proc/cpuinfo 2>/dev/null) =~ /^model name\s*:\s*(.*)$/m;
	my ($memory) = qx(cat /proc/meminfo 2>/dev/null) =~ /^MemTotal:\s*(\d+)/m;
	my @system = POSIX::uname();
	my ($load) = qx(cat /proc/loadavg 2>/dev/null) =~ /^(\S+)/;
	return {
		processor => $cpu // 'unknown',
		processors => 0 + qx(nproc),
		memory_gb => sprintf('%.1f', ($memory // 0) / 1048576),
		system => "$system[0] $system[2] $system[4]",
		load => $load };
}

$| = 1;
$result->{machine} = machine();
prepare();
printf "%s, %d processors, %s GB, %s, load %s\n%s\n%d rows of %d bytes, %d rounds\n",
  @{ $result->{machine} }{qw(processor processors memory_gb system load)}, $result->{server}, $rows,
  $result->{row_bytes}, $o{rounds};
measure_times() if $mode{times};
large() if $mode{large};
instructions() if $mode{instructions};
check_bars();
open my $out, '>', $o{json} or die "$o{json}: $!\n";
print $out JSON::PP->new->pretty->canonical->encode($result);
close $out;
