# A dump of a journal in use restores, and everything goes on from there.
#
# Into empty servers: a plain dump by psql, stopping at the first error, and a custom one by
# pg_restore --exit-on-error under default privileges that open everything; the schema alone, and
# the data alone into it.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;

my $origin = journal_node('origin');

# A week in a shop: own event types, conditions, labels, months, partitions, a dropped column.
$origin->safe_psql('postgres', <<'SQL');
CREATE ROLE shop_owner LOGIN;
CREATE ROLE shop_reader LOGIN;
CREATE SCHEMA shop AUTHORIZATION shop_owner;
GRANT USAGE ON SCHEMA journal TO shop_owner, shop_reader;
GRANT EXECUTE ON FUNCTION journal.track, journal.add_rule, journal.log, journal.restore, journal.support TO shop_owner;
GRANT SELECT ON ALL TABLES IN SCHEMA journal TO shop_owner;
GRANT SELECT ON journal.entry TO shop_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal TO shop_reader, shop_owner;

SELECT journal.add_event_type('client.blacklisted', 'clients', 'changed', 'client',
                              '{"ru": "Клиент в чёрном списке", "en": "Client blacklisted"}');
INSERT INTO journal.event_group (code, titles) VALUES ('own', '{"en": "Our own"}');
INSERT INTO journal.event_title VALUES ('client.created', 'de', 'Kunde angelegt');
INSERT INTO journal.term (code, language, text) VALUES ('yes', 'de', 'ja');
INSERT INTO journal.plan (code, report_window) VALUES ('trial', '7 days');
SELECT journal.set_account('a', plan => 'trial', time_zone => 'Europe/Berlin', language => 'de');
SELECT journal.set_account('b', plan => 'business');
INSERT INTO journal.role_account VALUES ('shop_reader', 'b');
INSERT INTO journal.trusted_owner VALUES ('shop_owner');

SET ROLE shop_owner;
SET search_path = shop;
CREATE FUNCTION is_bad(integer) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN $1 > 2;
CREATE TABLE status (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO status VALUES (1, 'new'), (2, 'regular'), (3, 'bad');
CREATE TABLE client (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, obsolete text, name text, status_id integer REFERENCES status,
    account text, born timestamptz, debt numeric, secret text, size integer GENERATED ALWAYS AS (length(name)) STORED);
ALTER TABLE client DROP COLUMN obsolete;
CREATE TABLE visit (client_id bigint REFERENCES client, day date, note text, PRIMARY KEY (client_id, day)) PARTITION BY RANGE (day);
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO client (name, status_id, account, born, debt, secret)
VALUES ('Ann', 1, 'a', '2020-01-15 10:00+00', 1.10, 's1'), ('Bob', 2, 'b', '2020-02-15 10:00+00', 'NaN', 's2');
SELECT journal.track('client', 'client', label => 'name', account => 'account', created_at => 'born', masked => '{secret}',
                     backfill => true);
SELECT journal.add_rule('client', 'client.blacklisted', 'update', '{status_id}', 'is_bad(new.status_id)');
SELECT journal.add_rule('client', 'client.deleted', 'delete', details => '{debt}');
SELECT journal.track('visit', 'visit', document => 'client_id', always => true);
CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
RESET ROLE;
SELECT journal.maintain(5);

SET ROLE shop_owner;
BEGIN;
SELECT journal.set_context(employee => '7', account => 'b', reason => 'спор', extra => '{"tab": 3}');
UPDATE client SET status_id = 3 WHERE name = 'Bob';
UPDATE client SET name = name || '!' WHERE name = 'Bob';
UPDATE client SET name = rtrim(name, '!');
UPDATE status SET name = 'awful' WHERE id = 3;
INSERT INTO client (name, status_id, account, debt) VALUES ('Cyd', 1, 'b', 'Infinity'), ('Dan', 1, 'b', 7);
INSERT INTO visit VALUES (2, '2024-05-05', 'first'), (2, '2025-05-05', 'second');
UPDATE visit SET day = '2025-01-01' WHERE day = '2024-05-05';
DELETE FROM client WHERE name IN ('Cyd', 'Dan');
SELECT journal.log('user.logged_in', 'employee', '7', details => '{"ip": "10.0.0.1"}');
COMMIT;
SET event_journal.account = 'b';
SELECT journal.restore(id) FROM journal.entries WHERE event = 'client.deleted' AND label = 'Dan';
RESET ROLE;
RESET event_journal.account;

-- A month that is gone.
CREATE TABLE shop.former (id integer PRIMARY KEY, made_at timestamptz);
INSERT INTO shop.former VALUES (1, '2019-05-05 10:00+00');
SELECT journal.track('shop.former', created_at => 'made_at', backfill => true);
CALL journal.maintenance(5);
SELECT journal.drop_month('2019-05-01');
SQL

# A closed month. Its summary is no part of the dump: in a restored database it is read until it is closed there.
my $holds = q{SELECT journal.month_may_hold('journal.entry_2020_01', 'nobody')};
is($origin->safe_psql('postgres', $holds), 'f', 'a month is closed');

# What has to be the same in a restored database.
my %same = (
	'entries' => 'SELECT e.*, tableoid::regclass FROM journal.entry e ORDER BY id',
	'decoded entries' => q{SELECT id, event, relation, relation_name, object_id, old, new, snapshot, details, links,
		reason, restored_entry, session_role FROM journal.entries ORDER BY id},
	'sessions and contexts' => 'SELECT id, s, c FROM journal.session s FULL JOIN journal.context c USING (id) ORDER BY id',
	'what is tracked' => 'SELECT * FROM journal.tracked_relations ORDER BY relation_name',
	'rules' => 'SELECT * FROM journal.event_rule ORDER BY number',
	'event types' => 'SELECT * FROM journal.event_types ORDER BY id',
	'groups, titles, terms' => q{SELECT to_jsonb(g) FROM journal.event_group g UNION ALL SELECT to_jsonb(t)
		FROM journal.event_title t UNION ALL SELECT to_jsonb(w) FROM journal.term w ORDER BY 1},
	'accounts' => q{SELECT to_jsonb(p) FROM journal.plan p UNION ALL SELECT to_jsonb(a) FROM journal.account a
		UNION ALL SELECT to_jsonb(r) FROM journal.role_account r
		UNION ALL SELECT to_jsonb(o) FROM journal.trusted_owner o ORDER BY 1},
	'labels' => 'SELECT * FROM journal.label ORDER BY 1, 2, 4',
	'renames' => 'SELECT * FROM journal.rename ORDER BY until_change',
	'restorations' => 'SELECT * FROM journal.restoration ORDER BY entry',
	'layouts' => 'SELECT * FROM journal.layout ORDER BY id',
	'sequences' => q{SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'journal' ORDER BY 1},
	'partitions' => q{SELECT c.oid::regclass, pg_get_expr(relpartbound, c.oid), relrowsecurity, relreplident,
		(SELECT array_agg(pg_get_indexdef(indexrelid) ORDER BY pg_get_indexdef(indexrelid)) FROM pg_index WHERE indrelid = c.oid),
		(SELECT array_agg((tgname, tgenabled)::text ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid AND tgname <> 'note_late_write'),
		(SELECT array_agg((polname, polcmd, pg_get_expr(polqual, polrelid))::text) FROM pg_policy WHERE polrelid = c.oid)
		FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'journal.entry'::regclass ORDER BY relname},
	'months' => q{SELECT DISTINCT relation_name, from_moment, to_moment, gone_at, was_empty FROM journal.month ORDER BY 2, 3},
	'triggers' => q{SELECT tgrelid::regclass, tgname, tgenabled, tgfoid::regproc FROM pg_trigger
		WHERE tgfoid::regproc::text LIKE 'journal.%' AND tgname <> 'note_late_write' ORDER BY tgrelid::regclass::text, 2},
	'privileges' => q{SELECT oid::regclass::text, a.grantee::regrole, privilege_type FROM pg_class, aclexplode(relacl) a
		WHERE relnamespace = 'journal'::regnamespace AND a.grantee <> relowner UNION ALL
		SELECT oid::regprocedure::text, a.grantee::regrole, privilege_type FROM pg_proc,
		aclexplode(coalesce(proacl, acldefault('f', proowner))) a
		WHERE pronamespace = 'journal'::regnamespace AND a.grantee <> proowner ORDER BY 1, 2, 3});

my %expected = map { $_ => $origin->safe_psql('postgres', $same{$_}) } keys %same;
my $incarnation = $origin->safe_psql('postgres', 'SELECT id FROM journal.incarnation');
my $entries = $origin->safe_psql('postgres', 'SELECT count(*) FROM journal.entry');
cmp_ok($entries, '>=', 11, 'the journal is in use');
like($expected{'restorations'}, qr/./, 'with something restored');
like($expected{'partitions'}, qr/entry_2020_01/, 'with months of the past');
like($expected{'months'}, qr/entry_2019_05\|.*\|.*\|.+\|f/, 'and one that is gone');

my $dumps = $origin->basedir;
$origin->command_ok([ 'pg_dump', '-f', "$dumps/plain.sql", 'postgres' ], 'plain dump');
$origin->command_ok([ 'pg_dump', '-Fc', '-f', "$dumps/custom", 'postgres' ], 'custom dump');
$origin->command_ok([ 'pg_dump', '-s', '-f', "$dumps/schema.sql", 'postgres' ], 'dump of the schema');
$origin->command_ok([ 'pg_dump', '-a', '--disable-triggers', '-f', "$dumps/data.sql", 'postgres' ],
	'dump of the data');
$origin->command_ok([ 'pg_dumpall', '--roles-only', '-f', "$dumps/roles.sql" ], 'dump of the roles');

my $target = empty_node('target');
$target->start;
$target->command_ok([ 'psql', '-X', '-q', '-f', "$dumps/roles.sql", 'postgres' ], 'the roles are there');

sub restores
{
	my ($database, @command) = @_;
	my $out = '';
	my $errors = '';
	$target->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	local $ENV{PGHOST} = $target->host;
	local $ENV{PGPORT} = $target->port;
	my $done = run_log([ @command ], '>', \$out, '2>', \$errors);
	ok($done, "$database: it restores") or diag($errors);
	is($errors, '', "$database: without a word") if $done;
}

# What has to hold in every restored database.
sub goes_on
{
	my ($database) = @_;
	my $query = sub { return $target->safe_psql($database, $_[0]) };
	for my $what (sort keys %same)
	{
		is($query->($same{$what}), $expected{$what}, "$database: $what are the same");
	}
	isnt($query->('SELECT id FROM journal.incarnation'), $incarnation, "$database: a new incarnation");

	# The guards.
	for my $statement ('DELETE FROM journal.entry', 'TRUNCATE journal.entry_2020_01', 'TRUNCATE journal.entry_default',
		'UPDATE journal.session SET process_id = 0')
	{
		my (undef, undef, $error) = $target->psql($database, "SET session_replication_role = replica; $statement");
		like($error, qr/append-only/, "$database: $statement is refused");
	}
	is( $query->(q{SET ROLE shop_reader; SELECT DISTINCT account FROM journal.entry}),
		'b', "$database: a listed role sees its account alone");

	# Tracking.
	my $last = $query->('SELECT max(id) FROM journal.entry');
	# With search_path empty, as while a dump is restored: a condition knows its own.
	$query->(q{SET ROLE shop_owner; SET search_path = ''; UPDATE shop.client SET status_id = 3 WHERE name = 'Ann';
		INSERT INTO shop.visit VALUES (1, '2025-02-02', 'third'); SELECT journal.log('user.logged_in', 'employee', '8')});
	is( $query->(qq{SELECT string_agg(concat_ws(' ', event, object_id, label, old, new), '; ' ORDER BY id)
			FROM journal.entries WHERE id > $last}),
		'client.blacklisted 1 Ann {"status_id": 1} {"status_id": 3}; visit.created ["1", "2025-02-02"]; user.logged_in 8',
		"$database: the same rules, keys and identities of columns");
	is( $query->(q{SELECT count(*) FROM journal.label WHERE key = '3'}), '2', "$database: the labels go on");
	is( $query->(q{SET ROLE shop_owner; UPDATE shop.status SET name = 'worse' WHERE id = 3; RESET ROLE;
			SELECT string_agg(label, ', ' ORDER BY valid_from) FROM journal.label WHERE key = '3'}),
		'bad, awful, worse', "$database: and are kept on");
	is( $query->(q{SELECT count(*) FROM journal.layout WHERE incarnation = (SELECT id FROM journal.incarnation)}) > 0,
		1, "$database: layouts of the new incarnation");

	# What was deleted there is restored here.
	$query->(q{SET ROLE shop_owner; SET event_journal.account = 'b'; SELECT journal.restore(id) FROM journal.entries WHERE event = 'client.deleted' AND label = 'Cyd'});
	is($query->(q{SELECT name, debt, account, status_id FROM shop.client WHERE name = 'Cyd'}),
		'Cyd|Infinity|b|1', "$database: an old deletion is restored");
	is($query->('SELECT journal.maintain(5)'), '0', "$database: the months are known");
	is($query->($holds), 't', "$database: none is closed");
	$query->('CALL journal.maintenance(5)');
	is($query->($holds), 'f', "$database: until it is closed again");
	is($query->('SELECT journal.maintain(6)'), '1', "$database: and go on");
}

restores('plain', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'plain', '-o', '/dev/null', '-f', "$dumps/plain.sql");
goes_on('plain');

# Default privileges that give everything away do not open what a dump brings.
$target->safe_psql('postgres', 'CREATE DATABASE leaky TEMPLATE template0');
$target->safe_psql('leaky', 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC');
{
	local $ENV{PGHOST} = $target->host;
	local $ENV{PGPORT} = $target->port;
	ok( run_log([ 'pg_restore', '--exit-on-error', '-d', 'leaky', "$dumps/custom" ]),
		'leaky: pg_restore --exit-on-error');
}
goes_on('leaky');

# In parallel, in what order the archive's dependencies allow.
restores('parallel', 'pg_restore', '--exit-on-error', '-j', '3', '-d', 'parallel', "$dumps/custom");
goes_on('parallel');

# The schema alone: the triggers are there, what they should record is not. They record generic events, warn once a session
# and refuse nothing.
restores('schema', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'schema', '-o', '/dev/null', '-f', "$dumps/schema.sql");
my ($status, undef, $warnings) = $target->psql('schema', <<'SQL');
INSERT INTO shop.client (name, account) VALUES ('Eve', 'e');
UPDATE shop.client SET name = 'Eva';
INSERT INTO shop.client (name, account) VALUES ('Fay', 'e');
SQL
is($status, 0, 'schema: writing works');
my $count = () = $warnings =~ /WARNING:/g;
is($count, 1, 'schema: with one warning') or diag($warnings);
is( $target->safe_psql('schema', q{SELECT string_agg(event, ' ' ORDER BY id) FROM journal.entries WHERE event LIKE 'client.%'}),
	'client.created client.changed client.created', 'schema: generic events');

# The data alone, with --disable-triggers, is not journaled, and the guards are what they were.
restores('data', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'data', '-o', '/dev/null', '-f', "$dumps/schema.sql");
{
	local $ENV{PGHOST} = $target->host;
	local $ENV{PGPORT} = $target->port;
	my $errors;
	ok( run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'data', '-o', '/dev/null', '-f', "$dumps/data.sql" ],
			'2>', \$errors),
		'data: it loads') or diag($errors);
}
goes_on('data');

$_->stop for $origin, $target;
done_testing();
