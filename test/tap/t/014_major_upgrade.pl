# pg_upgrade to a newer major version keeps every entry; reports and restores from before it read
# and do the same, and the journal goes on. Needs an older PostgreSQL with the extension, named by
# OLD_PG_CONFIG (see test/tools/check-matrix).
use strict;
use warnings;
use Cwd;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

plan skip_all => 'OLD_PG_CONFIG names no older PostgreSQL' unless $ENV{OLD_PG_CONFIG};

chomp(my $old_bindir = `$ENV{OLD_PG_CONFIG} --bindir`);
die "no server in $old_bindir\n" unless -x "$old_bindir/postgres";
# Clusters take the installation's folder, from which bin and lib are found.
my $old = empty_node('old', undef, install_path => $old_bindir =~ s{/bin$}{}r);
my $new = empty_node('new');
my ($from, $to) = map { int $_->safe_psql('template1', 'SHOW server_version_num') / 10000 }
	map { $_->start; $_ } $old, $new;
cmp_ok($from, '<', $to, "from $from to $to");

$old->safe_psql('postgres', <<'SQL');
CREATE EXTENSION event_journal;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE city (code char(3) PRIMARY KEY, name text);
CREATE TABLE client (
    id integer GENERATED ALWAYS AS IDENTITY, dropped text, name text NOT NULL, city char(3) REFERENCES city, mood mood,
    discount numeric(5, 2) DEFAULT 1.10, born date, seen timestamptz, lasts interval, price money, place point,
    tags text[], span daterange, settings jsonb, raw json, picture bytea, rate double precision,
    upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
    PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE client_1 PARTITION OF client FOR VALUES FROM (1) TO (1000);
ALTER TABLE client DROP COLUMN dropped;
INSERT INTO city VALUES ('MOW', 'Moscow'), ('LED', 'Saint Petersburg');
SELECT journal.track('client', label => 'name', masked => '{picture}');
SELECT journal.add_rule('client', 'client.discount_changed', 'update', '{discount}', 'new.discount > 5');
SELECT journal.set_context(reason => 'before the upgrade');
INSERT INTO client (name, city, mood, born, seen, lasts, price, place, tags, span, settings, raw, picture, rate)
SELECT 'Client ' || n, CASE n % 2 WHEN 0 THEN 'MOW' ELSE 'LED' END, 'bad', '1999-12-31', '2026-01-01 12:00+03', '1 mon 2 days',
       12.5, '(1,2)', ARRAY['a', NULL], '[2026-01-01,2026-02-01)', '{"a": [1, null]}', '{"b":1, "b":2}', '\xdead', 0.1
FROM generate_series(1, 20) n;
UPDATE client SET discount = id WHERE id < 10;
UPDATE client SET name = name || '!' WHERE id % 3 = 0;
CREATE TABLE deleted AS SELECT * FROM client WHERE id IN (4, 9);
ALTER TABLE client RENAME COLUMN rate TO speed;
ALTER TABLE client ADD COLUMN added integer DEFAULT 7;
DELETE FROM client WHERE id IN (4, 9);
SELECT journal.log('user.logged_in', 'employee', '7');
UPDATE city SET name = 'Petersburg' WHERE code = 'LED';
SELECT journal.restore((SELECT id FROM journal.entries WHERE event = 'client.deleted' AND object_id = '9'));
DELETE FROM client WHERE id = 9;
SELECT journal.maintain(3);
SQL

# Whatever the journal holds, and what its readers say of it.
my $tables = $old->safe_psql('postgres', q{SELECT string_agg(c.oid::regclass::text, ' ' ORDER BY c.oid::regclass::text)
	FROM pg_class c WHERE relnamespace = 'journal'::regnamespace AND relkind = 'r'});
my @same = (
	(map { "SELECT t::text FROM $_ t ORDER BY 1" } split / /, $tables),
	'SELECT * FROM journal.entries ORDER BY id',
	'SELECT * FROM journal.tracked_relations ORDER BY relation::text',
	q{SELECT * FROM journal.report('this_month')},
	q{SELECT * FROM journal.report('this_month', language => 'en', sort => 'asc', page_size => 7)},
	q{SELECT * FROM journal.history('client', '3')},
	q{SELECT * FROM journal.history('client', '9', language => 'en')},
	'SELECT * FROM journal.deleted_objects()',
	q{SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'journal' ORDER BY 1});
my %expected = map { $_ => $old->safe_psql('postgres', $_) } @same;
like($expected{'SELECT * FROM journal.deleted_objects()'}, qr/Client 4.*Client 9|Client 9.*Client 4/s, 'there is something to keep');
$_->stop for $old, $new;

# pg_upgrade writes its log and its scripts where it is called.
my $here = getcwd;
chdir $PostgreSQL::Test::Utils::tmp_check;
command_ok([
		'pg_upgrade', '--no-sync', '-U', 'postgres', '-d', $old->data_dir, '-D', $new->data_dir,
		'-b', $old_bindir, '-B', $new->config_data('--bindir'), '-s', $new->host, '-p', $old->port, '-P', $new->port ],
	'pg_upgrade');
chdir $here;
$new->start;

is($new->safe_psql('postgres', $_), $expected{$_}, "the same: $_") for @same;

my $differences = q{SELECT count(*) FROM (SELECT id, t::text FROM client_before t EXCEPT SELECT id, t::text FROM
	(SELECT id, name, city, mood, discount, born, seen, lasts, price, place, tags, span, settings, raw, NULL::bytea, speed,
	        upper_name FROM client WHERE id IN (4, 9)) t) d};
$new->safe_psql('postgres', 'CREATE TABLE client_before AS SELECT * FROM deleted; UPDATE client_before SET picture = NULL');
is($new->safe_psql('postgres', $differences), '2', 'two rows are missing');
is( $new->safe_psql('postgres', q{SELECT r.object_id FROM journal.deleted_objects() d, journal.restore(d.entry) r ORDER BY 1}),
	"4\n9", 'they are restored');
is($new->safe_psql('postgres', $differences), '0', 'as they were');

$new->safe_psql('postgres', q{UPDATE client SET discount = 50 WHERE id = 1; INSERT INTO client (name) VALUES ('New')});
is( $new->safe_psql('postgres', q{SELECT event, object_id, old, incarnation = (SELECT id FROM journal.incarnation)
		FROM journal.entries ORDER BY id DESC LIMIT 2}),
	qq{client.created|21||t\nclient.discount_changed|1|{"discount": 1.00}|t}, 'the journal goes on in its incarnation');
is( $new->safe_psql('postgres', q{SELECT count(*) FROM journal.entry a JOIN journal.entry b ON a.id < b.id
		WHERE a.transaction_id > b.transaction_id}), '0', 'and transaction ids go on');
is($new->safe_psql('postgres', 'SELECT journal.maintain(3)'), '0', 'with its months');

$new->stop;
done_testing();
