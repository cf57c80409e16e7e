# Random programs against the shop (test/tap/stress/shop.sql), and what must hold after them.
#
# A program is a psql script, made from a seed alone: transactions of random statements with savepoints in them, many of
# which fail on purpose. It takes no notice of what its statements do; the audit (test/tap/stress/audit.sql) does.
package Stress;

use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use IPC::Run;
use Test::More;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(open_shop start_programs unexpected_errors is_right is_sound);

my $folder = dirname(__FILE__) . '/../stress';
my $kMostDepth = 7;    # of savepoints
my $is_repeatable;     # the transaction that is being made keeps its snapshot

# Makes the shop and its audit in the database "postgres" of a node with the extension.
sub open_shop
{
	my ($node) = @_;
	$node->safe_psql('postgres', 'CREATE SCHEMA test');
	$node->safe_psql('postgres', slurp_file("$folder/shop.sql"));
	$node->safe_psql('postgres', slurp_file("$folder/audit.sql"));
	return;
}

sub one_of { return $_[ int(rand(@_)) ]; }
sub number { return int(rand($_[0])) + 1; }

# Rows are few, so that changes meet.
sub key { return number(25); }

sub keys_between
{
	my $low = key();
	return 'BETWEEN ' . $low . ' AND ' . ($low + number(5));
}

sub act
{
	return one_of(('') x 4,
		qw(fix undo nest divide slow tree items move log early fail), rand() < 0.1 ? 'many' : 'nest');
}

sub document
{
	my ($id, $act) = @_;
	return sprintf("%d, '%s', %s, '%s', '%s'",
		$id, one_of(qw(new open done)), number(10000) / 100, "code " . number(60), $act);
}

my $kDocument = 'shop.doc (id, state, amount, code, act)';

# Statements that change rows. Each returns SQL, with its semicolon.
my @changes = (
	sub { 'INSERT INTO ' . $kDocument . ' VALUES ' . join(', ', map { '(' . document(key(), act()) . ')' } 1 .. number(3)) . ';' },
	sub { 'INSERT INTO ' . $kDocument . ' VALUES (' . document(key(), act()) . ") ON CONFLICT (id) DO UPDATE SET amount = doc.amount + 1, act = excluded.act, note = 'met';" },
	sub { 'INSERT INTO ' . $kDocument . ' VALUES (' . document(key(), '') . ') ON CONFLICT DO NOTHING;' },
	sub { "COPY $kDocument FROM stdin (DELIMITER ',', QUOTE '''', FORMAT csv);\n"
		  . join('', map { document(key(), act()) =~ s/, /,/gr . "\n" } 1 .. number(3)) . "\\.\n" },
	sub { "UPDATE shop.doc SET state = '" . one_of(qw(open done refused)) . "', act = '" . act() . "' WHERE id " . keys_between() . ';' },
	sub { 'UPDATE shop.doc SET amount = amount - ' . number(40) . ", act = '" . act() . "' WHERE id " . keys_between() . ';' },
	sub { 'UPDATE shop.doc SET amount = amount + 1, note = repeat(md5(id::text), ' . number(200) . "), act = '" . act() . "' WHERE id " . keys_between() . ';' },
	sub { "UPDATE shop.doc SET tags = '{\"a\": [" . number(9) . ", {\"b\": null}]}', state = 'done', amount = amount * 2 WHERE id " . keys_between() . ';' },
	sub { 'UPDATE shop.doc SET id = id + ' . one_of(-1, 30, 100) . ' WHERE id ' . keys_between() . ';' },
	sub { "UPDATE shop.doc SET code = 'code ' || id, act = '" . act() . "' WHERE id " . keys_between() . ';' },
	sub { 'UPDATE shop.doc SET amount = 100 / (id - ' . key() . ') WHERE id ' . keys_between() . ';' },
	sub { 'DELETE FROM shop.doc WHERE id ' . keys_between() . ';' },
	sub { 'MERGE INTO shop.doc USING (VALUES ' . join(', ', map { '(' . key() . ')' } 1 .. 2) . ') s (id) ON doc.id = s.id'
		  . " WHEN MATCHED AND doc.amount > 50 THEN DELETE WHEN MATCHED THEN UPDATE SET amount = amount + 20, act = '" . act()
		  . "' WHEN NOT MATCHED THEN INSERT (id, state, amount) VALUES (s.id, 'merged', 55);" },
	sub { 'INSERT INTO shop.item (id, doc, act) VALUES ' . join(', ', map { "(nextval('shop.number_seq'), " . key() . ", '"
			. one_of('', '', 'late', 'late move', rand() < 0.2 ? 'late fail' : '') . "')" } 1 .. number(3)) . ';' },
	sub { 'UPDATE shop.item SET quantity = quantity + ' . one_of(1, 2, -2) . ", act = '" . one_of('', 'late', 'late move') . "' WHERE doc " . keys_between() . ';' },
	sub { 'DELETE FROM shop.item WHERE doc ' . keys_between() . ';' },
	sub { 'INSERT INTO shop.node (id) VALUES (' . key() . ');' },
	sub { 'DELETE FROM shop.node WHERE parent IS NULL AND id ' . one_of(keys_between(), '> 1000') . ';' },
	sub { 'INSERT INTO shop.part (id, region, size, act) VALUES ' . join(', ', map { '(' . key() . ", '" . one_of(qw(a b c)) . "', "
			. number(100) . ", '" . one_of('', 'count', 'lost', 'stay') . "')" } 1 .. number(4)) . ';' },
	sub { "UPDATE shop.part SET region = '" . one_of(qw(a b c)) . "', act = '" . one_of('', '', 'lost', 'count') . "' WHERE id " . keys_between() . ';' },
	sub { "UPDATE shop.part SET region = translate(region, 'abc', 'bca'), size = size + 7 WHERE region = 'c' AND id " . keys_between() . ';' },
	sub { "UPDATE shop.part SET region = translate(region, 'abc', 'bca') WHERE id " . keys_between() . ';' },
	sub { 'UPDATE shop.part SET size = size + ' . one_of(40, 990) . ' WHERE id ' . keys_between() . ';' },
	sub { 'DELETE FROM shop.part WHERE id ' . keys_between() . ';' },
	sub { "WITH moved AS (UPDATE shop.part SET region = 'b', act = '" . one_of('', 'lost') . "' WHERE id " . keys_between()
		  . " RETURNING id) INSERT INTO shop.part (id, region, size) SELECT nextval('shop.number_seq'), 'b', " . number(100) . ' FROM generate_series(1, 2);' },
	sub { 'MERGE INTO shop.part USING (SELECT g AS id FROM generate_series(' . key() . ", 27) g) s ON part.id = s.id AND part.region <> 'b'"
		  . " WHEN MATCHED THEN UPDATE SET region = 'b', act = '" . one_of('', 'lost') . "' WHEN NOT MATCHED THEN INSERT (id, region, size, act) VALUES (s.id, 'b', " . number(100) . ", '');" },
	sub { "UPDATE shop.tally SET value = value WHERE name LIKE 'items%'; DELETE FROM shop.tally WHERE name = '" . one_of(qw(nest many slow touch)) . "';" },
	sub { 'EXECUTE raise (' . key() . ", '" . act() . "');" },
	sub { 'SELECT test.say(\'' . key() . '\');' },
	sub { 'SELECT shop.touch(id) FROM shop.doc WHERE id ' . keys_between() . ';' },
	# A statement whose own rows are later than those that its expressions write.
	sub { 'WITH u AS (INSERT INTO test.unordered DEFAULT VALUES) UPDATE shop.doc SET amount = amount + shop.touch(id % 3) WHERE id ' . keys_between() . ';' },
	sub {
		my ($one, $two) = (key(), key());
		"DO \$\$ BEGIN UPDATE shop.doc SET amount = amount + 3 WHERE id = $one; BEGIN DELETE FROM shop.item WHERE doc = $two; "
		  . "INSERT INTO shop.doc (id, act) VALUES ($one, 'nest'), ($two, '" . act() . "'); EXCEPTION WHEN OTHERS THEN PERFORM shop.count_one('done'); "
		  . "BEGIN PERFORM journal.set_context(reason => 'inner'); UPDATE shop.doc SET note = 'inner' WHERE id = $two; "
		  . 'IF ' . number(2) . ' = 1 THEN RAISE EXCEPTION \'inner\'; END IF; EXCEPTION WHEN raise_exception THEN NULL; END; END; '
		  . "UPDATE shop.doc SET note = 'outer', act = 'fix' WHERE id = $one; END \$\$;";
	});

# Statements that change what changes mean, or come seldom.
my @others = (
	sub { "SELECT journal.set_context(employee => '" . number(3) . "', reason => 'r" . number(3) . "');" },
	sub { "SELECT journal.set_context(extra => '{\"n\": " . number(3) . "}', location => '" . number(2) . "', actor_kind => 'robot');" },
	sub { "SELECT journal.set_context(account => '" . one_of('', 'one', 'two') . "');" },
	sub { "SET LOCAL application_name = 'app " . number(3) . "';" },
	sub { "SET application_name = 'kept " . number(3) . "';" },
	sub { 'SET LOCAL ROLE clerk; ' . change() . ' RESET ROLE;' },
	sub { "SET LOCAL statement_timeout = 4; UPDATE shop.doc SET act = 'slow', amount = amount + 1; SET LOCAL statement_timeout = 0;" },
	sub { 'SET LOCAL test.refusals = 0.3; ' . join(' ', map { change() } 1 .. 2) . ' SET LOCAL test.refusals = 0;' },
	sub { 'SET CONSTRAINTS ALL IMMEDIATE;' },
	sub { my $column = 'spare_' . number(2); one_of("ALTER TABLE shop.doc ADD COLUMN $column integer DEFAULT 5;", "ALTER TABLE shop.doc DROP COLUMN $column;",
			"ALTER TABLE shop.doc RENAME COLUMN $column TO renamed;", "ALTER TABLE shop.part ADD COLUMN $column integer DEFAULT 6;") . ' ' . change() },
	sub { my $name = 'c' . number(1000);
		"DECLARE $name CURSOR " . one_of('WITH HOLD', '') . ' FOR SELECT shop.touch(id) FROM shop.doc ORDER BY id; FETCH 1 FROM ' . $name . "; SAVEPOINT fetched; FETCH 2 FROM $name; "
		  . change() . one_of(' ROLLBACK TO fetched;', ' RELEASE fetched;', '') . " FETCH 1 FROM $name;" },
	sub { my $name = 'c' . number(1000);
		"DECLARE $name CURSOR FOR SELECT id FROM shop.doc FOR UPDATE; FETCH 1 FROM $name; SAVEPOINT fetched; UPDATE shop.doc SET amount = amount + 1, act = '" . act() . "' WHERE CURRENT OF $name; "
		  . one_of('ROLLBACK TO fetched;', '') . " FETCH 1 FROM $name; DELETE FROM shop.doc WHERE CURRENT OF $name;" },
	# Under an older snapshot the audit would not see what TRUNCATE takes away.
	sub { $is_repeatable ? change() : 'TRUNCATE ' . one_of('shop.node', 'shop.part', 'shop.part_b', 'shop.item', 'shop.tally', 'shop.doc CASCADE') . ';' });

sub change { return one_of(@changes)->(); }

# Statements at one depth of savepoints and below.
sub block
{
	my ($depth) = @_;
	my @statements;
	for (1 .. number(4))
	{
		my $kind = rand();
		if ($kind < 0.35 && $depth < $kMostDepth)
		{
			push @statements, "SAVEPOINT s$depth;", block($depth + 1);
			push @statements, one_of("ROLLBACK TO s$depth;", "ROLLBACK TO s$depth;", "RELEASE s$depth;", '');
			push @statements, one_of("ROLLBACK TO s$depth;", change()) if rand() < 0.3;
		}
		elsif ($kind < 0.5)
		{
			push @statements, one_of(@others)->();
		}
		else
		{
			push @statements, change();
		}
	}
	return @statements;
}

# A psql script of so many transactions.
sub program
{
	my ($seed, $count) = @_;
	srand($seed);
	my @lines = (
		'\set ON_ERROR_STOP off', '\set VERBOSITY verbose', '\o /dev/null',
		"SET client_min_messages = warning; SET lock_timeout = '100ms'; SELECT setseed(" . ($seed % 1000) / 1000 . ');',
		'PREPARE raise (integer, text) AS UPDATE shop.doc SET amount = amount + 5, act = $2 WHERE id = $1;');
	for my $i (1 .. $count)
	{
		my $end = rand();
		# Statement by statement, psql puts a savepoint of its own around each, so that an error ends nothing else.
		push @lines, '\set ON_ERROR_ROLLBACK ' . one_of('on', 'off');
		if ($end < 0.15)
		{
			$is_repeatable = 0;
			push @lines, change();
			next;
		}
		my $level = one_of('', '', '', ' ISOLATION LEVEL REPEATABLE READ', ' ISOLATION LEVEL SERIALIZABLE');
		$is_repeatable = $level ne '';
		push @lines, "BEGIN$level;", block(1);
		if ($end < 0.3)
		{
			my $name = "p$seed.$i";
			push @lines, "PREPARE TRANSACTION '$name';";
			push @lines, 'CLOSE ALL; ' . change() if rand() < 0.3;
			push @lines, one_of('COMMIT', 'ROLLBACK') . " PREPARED '$name';";
		}
		else
		{
			push @lines, $end < 0.45 ? 'ROLLBACK;' : 'COMMIT;';
		}
		push @lines, 'CLOSE ALL;' if rand() < 0.5;
	}
	return join("\n", @lines) . "\n";
}

# Starts several programs at once; returns their handles and the files that they write their errors to.
sub start_programs
{
	my ($node, $seed, $sessions, $count) = @_;
	my (@running, @logs);
	for my $session (1 .. $sessions)
	{
		# Tests that run at the same time share the folder.
		my $base = $PostgreSQL::Test::Utils::tmp_check . '/' . $node->name . "_${seed}_$session";
		die "$base.sql exists already" if -e "$base.sql";
		append_to_file("$base.sql", program($seed * 100 + $session, $count));
		push @running, IPC::Run::start(
			[ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-f', "$base.sql" ], '>', "$base.log", '2>&1');
		push @logs, "$base.log";
	}
	return (\@running, \@logs);
}

# Errors that programs provoke: constraints, what they raise themselves, time-outs, conflicts with one another, and what
# follows from them.
my %expected = map { $_ => 1 } qw(
  22012 23503 23505 23514 25P02 3B001 P0001 XT001 57014 55P03 40P01 40001 42701 42703 34000 24000 55006 42704 25P01 21000 27000
  25001 55000 0A000 42P03 22023 22003 53400);

# Lines of the logs that tell of anything else: other errors, warnings (of a leaked reference, above all), lost connections.
sub unexpected_errors
{
	my (@logs) = @_;
	my (%seen, @unexpected);
	for my $line (map { split /\n/, slurp_file($_) } @logs)
	{
		# Some versions of psql read the rows of a COPY that was refused as statements.
		next if $line =~ /42601: syntax error at or near "\d+"/;
		next unless $line =~ /(?:ERROR|WARNING|FATAL|PANIC):  (\w{5}): /
		  || $line =~ /(connection)/;
		$seen{$1}++;
		push @unexpected, $line unless $expected{$1};
	}
	note('errors: ', join(', ', map { "$_ $seen{$_}" } sort keys %seen));
	return @unexpected;
}

# Tests that the journal says what the audit and the versions say.
sub is_right
{
	my ($node, $name) = @_;
	is($node->safe_psql('postgres', 'SET work_mem = "64MB"; SELECT left(w, 700) FROM test.wrong() w LIMIT 8'), '', $name);
	note('audited, recorded: ', $node->safe_psql('postgres', 'SELECT count(*), (SELECT count(*) FROM journal.entry) FROM test.audit'));
	return;
}

# Tests that the journal's tables and indexes are what they should be: pg_amcheck finds nothing, and every index finds what
# its table holds, before REINDEX and after.
sub is_sound
{
	my ($node) = @_;
  SKIP:
	{
		skip 'amcheck is not installed', 1
		  unless $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'");
		$node->command_ok(
			[ 'pg_amcheck', '--install-missing', '--heapallindexed', '--parent-check', '-s', 'journal', 'postgres' ],
			'pg_amcheck finds nothing');
	}
	my $tables = join ' ', map { "REINDEX TABLE $_;" } split /\n/,
	  $node->safe_psql('postgres', "SELECT oid::regclass FROM pg_class WHERE relnamespace = 'journal'::regnamespace AND relkind = 'r'");
	my $before = $node->safe_psql('postgres', slurp_file("$folder/indexes.sql"));
	$node->safe_psql('postgres', $tables);
	is($before . $node->safe_psql('postgres', slurp_file("$folder/indexes.sql")),
		'', 'indexes find what the tables hold, before REINDEX and after');
	return;
}

1;
