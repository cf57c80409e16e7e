# Reports and lists of deleted objects against plain SQL over the entries: random entries go into random months, some of which
# are closed meanwhile, lack the index on time, or do not exist; random filters are asked for by pages of random size.
# EVENT_JOURNAL_SEED repeats a run, EVENT_JOURNAL_SEEDS makes so many of them; EVENT_JOURNAL_ROUNDS makes them longer.

use strict;
use warnings;
use Test::More;
use EventJournal;

my $first = $ENV{EVENT_JOURNAL_SEED} // 1;
my $rounds = $ENV{EVENT_JOURNAL_ROUNDS} // 6;

for my $seed ($first .. $first + ($ENV{EVENT_JOURNAL_SEEDS} // 2) - 1)
{
	subtest "seed $seed" => sub { try_seed($seed) };
}
done_testing();

sub pick { return $_[ rand(@_) ] }

# Some of what a filter may name, with what is nowhere, as an array's text; or nothing.
sub some
{
	my ($filter, @values) = @_;
	return '' if rand() < 0.5;
	my %chosen = map { pick(@values) => 1 } 1 .. 1 + rand(3);
	return "$filter => '{" . join(',', sort keys %chosen) . "}',";
}

sub filters
{
	my $filters = some('locations', map { "L$_" } 0 .. 6) . some('employees', map { "E$_" } 0 .. 12)
		. some('events', qw(group:clients group:orders kind:deleted kind:created user.logged_in client.deleted order.created ticket.deleted));
	if (rand() < 0.4)
	{
		my $from = int(rand(200));
		$filters .= "period => 'custom', date_from => '2024-01-01'::timestamptz + interval '$from days', "
			. "date_to => '2024-01-01'::timestamptz + interval '@{[ $from + 1 + int(rand(60)) ]} days',";
	}
	return $filters;
}

sub try_seed
{
	my ($seed) = @_;
	note("EVENT_JOURNAL_SEED=$seed");
	srand($seed);
	my $node = journal_node("report$seed");
	$node->append_conf('postgresql.conf', "timezone = 'UTC'");
	$node->reload;
	$node->safe_psql('postgres', <<'SQL');
CREATE SCHEMA test;
CREATE SEQUENCE test.number;
-- Each call writes of objects of its own, whose entries follow one another as their ids do.
CREATE FUNCTION test.put(entries integer, from_day integer, days integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                               account, location, employee, object_type, object_id, label)
    SELECT n, '2024-01-01'::timestamptz + interval '1 hour' * (24 * from_day + hour), '3', n, 1, 0, e.id,
           CASE WHEN e.code ~ 'deleted' THEN 'd' WHEN e.code ~ 'created' THEN 'i' ELSE 'l' END::"char", random() < 0.9, false,
           (ARRAY['', '', 'other'])[ceil(random() * 3)], CASE WHEN random() < 0.9 THEN 'L' || floor(random() * 6) END,
           CASE WHEN random() < 0.9 THEN 'E' || floor(random() ^ 3 * 12) END,
           CASE WHEN e.object_type <> '' THEN e.object_type END, CASE WHEN e.object_type <> '' THEN ceil(random() * entries / 5) || ' of ' || entries || from_day || days END, 'label ' || n
    FROM (SELECT nextval('test.number') AS n, hour, floor(random() * 6)::integer AS kind
          FROM (SELECT floor(random() * 24 * days) AS hour FROM generate_series(1, entries) ORDER BY 1) AS h) AS s,
        LATERAL (SELECT t.id, t.code, split_part(t.code, '.', 1) AS object_type FROM journal.event_type t
                 WHERE t.code = (ARRAY['user.logged_in', 'client.deleted', 'order.created', 'ticket.deleted', 'client.created', 'order.deleted'])[s.kind + 1]) e
$$;
-- The pages of a report or a list, put together.
CREATE FUNCTION test.pages(call text, filters text, size integer) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    last text;
    part bigint[];
    result bigint[] := '{}';
BEGIN
    LOOP
        EXECUTE format('SELECT array_agg(entry), (array_agg(page_cursor))[count(*)] FROM journal.%s(%s page_size => %s, after => %L)',
                       call, filters, size, last) INTO part, last;
        EXIT WHEN part IS NULL;
        result := result || part;
    END LOOP;
    RETURN result;
END $$;
-- What a report with these filters has, by plain SQL.
CREATE FUNCTION test.held(period text DEFAULT NULL, date_from timestamptz DEFAULT '-infinity', date_to timestamptz DEFAULT 'infinity',
    locations text[] DEFAULT NULL, employees text[] DEFAULT NULL, events text[] DEFAULT NULL, sort text DEFAULT 'desc') RETURNS bigint[]
LANGUAGE sql AS $$
    SELECT coalesce(CASE held.sort WHEN 'asc' THEN array_agg(e.id ORDER BY e.occurred_at, e.id) ELSE array_agg(e.id ORDER BY e.occurred_at DESC, e.id DESC) END, '{}')
    FROM journal.entry e JOIN journal.event_type t ON t.id = e.event_type
    WHERE e.account = '' AND e.occurred_at >= held.date_from AND e.occurred_at < held.date_to
      AND (held.locations IS NULL OR e.location = ANY (held.locations)) AND (held.employees IS NULL OR e.employee = ANY (held.employees))
      AND CASE WHEN held.events IS NULL THEN e.reported
               ELSE t.code = ANY (held.events) OR e.reported AND ('group:' || t.event_group = ANY (held.events) OR 'kind:' || t.kind = ANY (held.events)) END
$$;
-- The last deletions of objects, unless something of the object followed.
CREATE FUNCTION test.held_deleted() RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(d.id ORDER BY d.occurred_at DESC, d.id DESC), '{}') FROM journal.entry d
    WHERE d.account = '' AND d.operation = 'd' AND NOT EXISTS (
        SELECT FROM journal.entry e WHERE e.account = '' AND e.object_type = d.object_type AND e.object_id = d.object_id AND e.id > d.id)
$$;
DO $$
BEGIN
    FOR n IN 0 .. 6 LOOP
        CONTINUE WHEN n = 3;  -- in the default partition
        EXECUTE format('CREATE TABLE journal.entry_m%s PARTITION OF journal.entry FOR VALUES FROM (%L) TO (%L)', n,
                       '2024-01-01'::timestamptz + n * interval '1 month', '2024-01-01'::timestamptz + (n + 1) * interval '1 month');
        PERFORM journal.equip_partition(format('journal.entry_m%s', n)::regclass);
    END LOOP;
END $$;
SQL
	my ($asked, $late) = (0, 0);
	for my $round (1 .. $rounds)
	{
		my $from = int(rand(190));
		$node->safe_psql('postgres', "SELECT test.put(@{[ 1 + int(rand(400)) ]}, $from, @{[ 1 + int(rand(210 - $from)) ]})");
		$late += $node->safe_psql('postgres', 'SELECT count(*) FROM journal.late_write');
		$node->safe_psql('postgres', 'SET client_min_messages = warning; CALL journal.maintenance(0)') if $round == 2 || rand() < 0.4;
		$node->safe_psql('postgres', "DROP INDEX journal.entry_m@{[ pick(0, 1, 2, 4) ]}_@{[ pick('time', 'object') ]}_idx") if $round == 3;
		$node->safe_psql('postgres', 'VACUUM ANALYZE') if rand() < 0.3;
		my @queries;
		for (1 .. 25)
		{
			my ($filters, $size) = (filters() . 'sort => \'' . pick('asc', 'desc') . '\'', pick(1 + int(rand(5)), 10 + int(rand(90)), 1000));
			$size = 50 if $size < 10 && rand() < 0.8;
			my $quoted = $filters =~ s/'/''/gr;
			push @queries, "SELECT '$quoted', $size, test.pages('report', '$quoted,', $size), test.held($filters)";
		}
		my $size = pick(7, 30, 1000);
		push @queries, "SELECT 'deleted objects', $size, test.pages('deleted_objects', '', $size), test.held_deleted()";
		$asked += $node->safe_psql('postgres', 'SELECT sum(cardinality(h)) FROM (' . join(' UNION ALL ', @queries) . ') q (filters, size, p, h)');
		is($node->safe_psql('postgres', 'SELECT filters, size, cardinality(p), cardinality(h) FROM ('
				. join(' UNION ALL ', @queries) . ') q (filters, size, p, h) WHERE p IS DISTINCT FROM h'), '', "round $round");
	}
	cmp_ok($asked, '>', 100 * $rounds, 'there was something to find');
	cmp_ok($late, '>', 0, 'months were written to after they were closed');
	$node->stop;
	return;
}
