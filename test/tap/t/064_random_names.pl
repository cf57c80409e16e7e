# Names at event time against a copy: random work renames clients, changes their keys, deletes, restores and undoes them, and
# logs events that carry the name of their moment as their own label. The report must show the same for the link: while all of
# it is of one month, once the work has been spread over months, once these are closed, and after more work.
# EVENT_JOURNAL_SEED repeats a run, EVENT_JOURNAL_SEEDS makes so many of them; EVENT_JOURNAL_ROUNDS makes them longer.

use strict;
use warnings;
use Test::More;
use EventJournal;

my $first = $ENV{EVENT_JOURNAL_SEED} // 1;
my $steps = $ENV{EVENT_JOURNAL_ROUNDS} // 150;

for my $seed ($first .. $first + ($ENV{EVENT_JOURNAL_SEEDS} // 2) - 1)
{
	subtest "seed $seed" => sub { try_seed($seed) };
}
done_testing();

sub key { return 1 + int(rand(8)) }

# One statement, or a few of a transaction, parts of which are rolled back.
sub step
{
	my ($inner) = @_;
	my $kind = int(rand($inner ? 6 : 9));
	my ($one, $other) = (key(), key());
	return "SELECT test.event($one);" if $kind < 2;
	return "INSERT INTO client VALUES ($one, test.name()) ON CONFLICT DO NOTHING;" if $kind == 2;
	return "UPDATE client SET name = test.name() WHERE id = $one;" if $kind == 3;
	return "UPDATE client SET id = $other" . (rand() < 0.3 ? ', name = test.name()' : '')
		. " WHERE id = $one AND NOT EXISTS (SELECT FROM client WHERE id = $other);" if $kind == 4;
	return "DELETE FROM client WHERE id = $one;" if $kind == 5;
	return 'SELECT test.restore();' if $kind == 6;
	return 'SELECT test.undo();' if $kind == 7;
	my @lines = ('BEGIN;', map { step(1) } 1 .. 3);
	push @lines, 'SAVEPOINT a;', step(1), step(1), (rand() < 0.5 ? 'ROLLBACK TO a;' : 'RELEASE a;'), step(1);
	return join("\n", @lines, rand() < 0.8 ? 'COMMIT;' : 'ROLLBACK;');
}

sub run_steps
{
	my ($node, $count) = @_;
	$node->safe_psql('postgres', join("\n", map { step(0) } 1 .. $count));
	return;
}

sub is_right
{
	my ($node, $when) = @_;
	is($node->safe_psql('postgres', 'SELECT * FROM test.wrong'), '', $when);
	return;
}

sub try_seed
{
	my ($seed) = @_;
	note("EVENT_JOURNAL_SEED=$seed");
	srand($seed);
	my $node = journal_node("names$seed");
	$node->safe_psql('postgres', <<'SQL');
CREATE TABLE client (id integer PRIMARY KEY, name text);
SELECT journal.track('client');
CREATE SCHEMA test;
CREATE SEQUENCE test.names;
CREATE FUNCTION test.name() RETURNS text LANGUAGE sql AS $$SELECT 'name ' || nextval('test.names')$$;
CREATE FUNCTION test.event(client integer) RETURNS bigint LANGUAGE sql AS $$
    SELECT journal.log('user.logged_in', 'employee', 'e', c.name, links => jsonb_build_array(jsonb_build_object('type', 'client', 'id', client::text)))
    FROM client c WHERE c.id = event.client
$$;
CREATE FUNCTION test.restore() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM journal.restore(d.id) FROM (SELECT max(id) AS id FROM journal.entry WHERE operation = 'd') d WHERE d.id IS NOT NULL;
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE !~ '^JE' THEN RAISE; END IF;
END $$;
CREATE FUNCTION test.undo() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM journal.undo(t.transaction_id) FROM (SELECT transaction_id FROM journal.entry WHERE operation IN ('u', 'd') ORDER BY id DESC LIMIT 1) t;
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE !~ '^JE' THEN RAISE; END IF;
END $$;
-- Puts what there is into the six months before this one, in its order.
CREATE FUNCTION test.spread() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN SELECT relid FROM pg_partition_tree('journal.entry') WHERE isleaf LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', partition);
    END LOOP;
    UPDATE journal.entry e SET occurred_at = date_trunc('month', now()) - interval '6 months' + (s.place * interval '6 months')
    FROM (SELECT id, percent_rank() OVER (ORDER BY id) * 0.999 AS place FROM journal.entry) s WHERE s.id = e.id;
    PERFORM journal.equip_partition(relid) FROM pg_partition_tree('journal.entry') WHERE isleaf;
END $$;
CREATE VIEW test.wrong AS
SELECT entry, link ->> 'id' AS client, object_label AS name, link ->> 'label' AS shown
FROM journal.report(events => '{user.logged_in}', sort => 'asc', page_size => 10000), jsonb_array_elements(links) link
WHERE object_label IS DISTINCT FROM link ->> 'label';
DO $$
BEGIN
    FOR n IN 1 .. 6 LOOP
        EXECUTE format('CREATE TABLE journal.entry_m%s PARTITION OF journal.entry FOR VALUES FROM (%L) TO (%L)', n,
                       date_trunc('month', now()) - n * interval '1 month', date_trunc('month', now()) - (n - 1) * interval '1 month');
        PERFORM journal.equip_partition(format('journal.entry_m%s', n)::regclass);
    END LOOP;
END $$;
SQL
	run_steps($node, $steps);
	is_right($node, 'in one month');
	$node->safe_psql('postgres', 'SELECT test.spread()');
	is_right($node, 'over six months');
	cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT tableoid) FROM journal.entry'), '==', 6, 'there are six');
	run_steps($node, $steps / 2);
	is_right($node, 'over six months and the present one');
	$node->safe_psql('postgres', 'CALL journal.maintenance(0)');
	cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM journal.closed_month'), '==', 6, 'six months are closed');
	is_right($node, 'over closed months');
	run_steps($node, $steps / 2);
	is_right($node, 'over closed months and the present one');
	cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM journal.rename}), '>', 5, 'names ended');
	$node->stop;
	return;
}
