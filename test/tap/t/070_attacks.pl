# Attacks by the roles concerned, each logged in by itself: an owner who wants to be superuser, a tenant who wants to read
# another's entries, a writer and a reader who want to see or hide what is not theirs. What fails here has been done.
use strict;
use warnings;
use Test::More;
use EventJournal;

my $node = journal_node('attacks');

# Runs statements as a role, in a session of its own; returns what they print, or the error.
sub as
{
	my ($role, $sql) = @_;
	my ($status, $out, $error) = $node->psql('postgres', $sql, extra_params => [ '-U', $role ]);
	return $error =~ /ERROR: +(.*)/ ? "ERROR: $1" : $out;
}

sub as_superuser { return as('postgres', @_) }

sub is_superuser { return as_superuser("SELECT rolsuper FROM pg_roles WHERE rolname = '$_[0]'") }

as_superuser(q{
	CREATE ROLE owner LOGIN;
	CREATE ROLE reader LOGIN;
	CREATE ROLE north LOGIN;
	CREATE ROLE both_tenants LOGIN;
	GRANT reader TO north;
	SELECT journal.grant_access('reader', 'reader');
	SELECT journal.grant_access('restorer', 'reader');
	GRANT USAGE ON SCHEMA journal TO owner;
	GRANT EXECUTE ON FUNCTION journal.track, journal.add_rule, journal.backfill TO owner;
	CREATE SCHEMA own AUTHORIZATION owner;
	GRANT USAGE ON SCHEMA own TO public});

# The owner's code takes what it can: as a superuser it makes him one, as anybody else it leaves a search_path behind.
is( as('owner', <<'SQL'), '', 'an owner prepares his tables');
CREATE FUNCTION own.take() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('search_path', 'own, pg_catalog', false);
	IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
		EXECUTE 'ALTER ROLE owner SUPERUSER';
	END IF;
END $$;
CREATE FUNCTION own.grab() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM own.take(); RETURN true; END$$;
CREATE FUNCTION own.grab_row() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM own.grab(); RETURN coalesce(new, old); END$$;
CREATE DOMAIN own.word AS text CHECK (own.grab());
CREATE TABLE own.parent (id integer PRIMARY KEY, name text);
CREATE TABLE own.child (id integer PRIMARY KEY, name text, words own.word[], parent integer REFERENCES own.parent ON DELETE CASCADE);
CREATE INDEX ON own.parent (id) WHERE own.grab();
CREATE INDEX ON own.child (id) WHERE own.grab();
CREATE STATISTICS own.told ON (own.grab()), id FROM own.child;
CREATE POLICY grabs ON own.child USING (own.grab());
ALTER TABLE own.child ENABLE ROW LEVEL SECURITY;
CREATE TRIGGER grabs BEFORE INSERT OR UPDATE OR DELETE ON own.child FOR EACH ROW EXECUTE FUNCTION own.grab_row();
CREATE CONSTRAINT TRIGGER grabs_late AFTER INSERT OR UPDATE OR DELETE ON own.child DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION own.grab_row();
DO $$BEGIN
	PERFORM journal.track('own.parent', 'own_parent'), journal.track('own.child', 'own_child');
	PERFORM journal.add_rule('own.child', 'own_child.created', 'insert', condition => 'own.grab()');
END$$;
INSERT INTO own.parent VALUES (1, 'p'), (2, 'q');
INSERT INTO own.child VALUES (1, 'a', '{x}', 1), (2, 'b', '{y}', 2), (3, 'c', '{z}', 2);
UPDATE own.child SET name = 'd' WHERE id = 3;
DELETE FROM own.parent WHERE id = 2;
SQL
is(is_superuser('owner'), 'f', 'he is none yet');
as_superuser(q{SELECT journal.mark('attacks')});
as('owner', q{UPDATE own.child SET words = '{w}'; SELECT journal.backfill('own.child')});

my $deletion = as_superuser(q{SELECT max(id) FROM journal.entry WHERE operation = 'd' AND object_type = 'own_parent'});
my ($deleting, $updating) = map { as_superuser($_) }
	q{SELECT max(transaction_id::text::bigint) FROM journal.entry WHERE operation = 'd'},
	q{SELECT max(transaction_id::text::bigint) FROM journal.entry WHERE operation = 'u'};
for my $call (
	'FROM journal.report()', 'FROM journal.deleted_objects()', q{FROM journal.history('own_child', '1')},
	'FROM journal.entries', 'FROM journal.check()', q{FROM journal.verify_history('own.child')},
	q{FROM journal.table_as_of(NULL::own.child, mark => 'attacks')}, q{FROM journal.diff(NULL::own.child, from_mark => 'attacks')},
	q{journal.row_as_of('own.child', '1', mark => 'attacks')}, "FROM journal.restore_plan($deletion, 'children')",
	"FROM journal.undo_plan('$deleting')", "FROM journal.undo_plan('$updating', 'force')", 'journal.maintain()',
	q{journal.backfill('own.child')}, "FROM journal.restore($deletion, related => 'children')", "FROM journal.undo('$updating')",
	q{FROM journal.report(events => '{own_child.created}', sort => 'asc')})
{
	# A refusal that names the table is right, too; the session goes on all the same.
	my ($status, $out, $error) = $node->psql('postgres', "SELECT $call; SHOW search_path", on_error_stop => 0);
	ok($error !~ /ERROR/ || $error =~ /own\.(parent|child)/, "done or refused: $call") or diag($error);
	is(is_superuser('owner'), 'f', "a superuser calls $call");
	like($out, qr/"\$user", public$/, 'and keeps his search_path');
}
as_superuser('CREATE TABLE public.plain (id integer); ALTER TABLE public.plain ADD COLUMN x integer; DROP TABLE public.plain');
is(is_superuser('owner'), 'f', 'a superuser does DDL, which has all conditions parsed');
is( as('reader', q{SELECT count(*) >= 0 FROM journal.report(); SHOW search_path}), qq{t\n"\$user", public},
	'a reader keeps his search_path, too');

# A tenant.
as_superuser(q{
	CREATE TABLE public.document (id integer PRIMARY KEY, name text, account text, salary integer);
	SELECT journal.track('document', account => 'account', restricted => '{salary}');
	INSERT INTO journal.role_account VALUES ('north', 'north');
	GRANT SELECT (id, name, account), INSERT ON document TO north, reader;
	INSERT INTO document VALUES (1, 'N-1', 'north', 700), (2, 'S-1-SECRET', 'south', 800);
	DELETE FROM document});
my $south = as_superuser(q{SELECT max(id) FROM journal.entry WHERE account = 'south'});
my $names = q{SELECT string_agg(DISTINCT object_label, ',') FROM journal.report()};
is(as('north', $names), 'N-1', 'a tenant sees his own');
for my $way ('SET ROLE reader', q{SET event_journal.account = 'south'}, q{SET ROLE reader; SET event_journal.account = 'south'},
	q{SET SESSION AUTHORIZATION north; SET ROLE reader; SET event_journal.account = 'south'})
{
	unlike(as('north', "$way; $names"), qr/SECRET/, "and nobody else's: $way");
	unlike(as('north', "$way; SELECT string_agg(label, ',') FROM journal.entry"), qr/SECRET/, 'by plain SQL');
	unlike(as('north', "$way; SELECT count(*) FROM journal.restore($south)"), qr/^\d/, 'nor brings them back');
}
as_superuser('ALTER ROLE north RENAME TO northern');
unlike(as('northern', "SET event_journal.account = 'south'; $names"), qr/SECRET/, 'a new name changes nothing');
as_superuser(q{GRANT USAGE ON SCHEMA journal TO northern; GRANT EXECUTE ON FUNCTION journal.log, journal.set_context TO northern});
like(as('northern', q{SET event_journal.account = 'south'; SELECT journal.log('user.logged_in', 'employee', '7')}),
	qr/^ERROR: .*"south"/, 'he records nothing under another account');
like(as('northern', q{SELECT journal.set_context(account => 'south')}), qr/^ERROR: .*"south"/, 'nor says that he does');
like(as('northern', q{SELECT journal.grant_access('administrator', 'northern')}), qr/^ERROR: /, 'nor makes himself more');
like(as('northern', q{INSERT INTO journal.role_account VALUES ('northern', NULL)}), qr/^ERROR: /, 'nor sees every account');

# A reader without the column, by each function that shows values.
unlike(as('reader', "SET event_journal.account = 'north'; SELECT string_agg(r::text, ' ') FROM $_ r"), qr/\b700\b/, "restricted: $_")
	for 'journal.report()', q{journal.history('document', '1')}, 'journal.deleted_objects()';

# A writer.
as_superuser(q{
	CREATE TABLE public.task (id integer PRIMARY KEY, state varchar(10));
	SELECT journal.track('task');
	SELECT journal.add_event_type('task.closed_now', 'other', 'changed', 'task', '{"en": "Closed"}');
	SELECT journal.add_rule('task', 'task.closed_now', 'update', '{state}', condition => $$new.state::text = 'closed'$$);
	INSERT INTO task VALUES (1, 'open');
	GRANT ALL ON task TO both_tenants});
as('both_tenants', q{CREATE DOMAIN pg_temp.text AS varchar(1); UPDATE task SET state = 'closed'});
is(as_superuser(q{SELECT count(*) FROM journal.entries WHERE event = 'task.closed_now'}), '1',
	'a type in pg_temp suppresses no rule');
like(as('both_tenants', 'SET session_replication_role = replica; DELETE FROM task'), qr/^ERROR: /, 'nor does he pass the triggers');
for my $statement ('DELETE FROM journal.entry', 'UPDATE journal.entry SET label = NULL', 'TRUNCATE journal.entry',
	'INSERT INTO journal.entry SELECT * FROM journal.entry', 'DROP TABLE journal.entry_default')
{
	like(as('both_tenants', $statement), qr/^ERROR: /, "a writer: $statement");
	next if $statement =~ /^(INSERT|DROP)/;
	like(as_superuser("SET session_replication_role = replica; $statement"), qr/^ERROR: .*append-only/,
		"the extension's owner: $statement");
}

# Names of somebody else's table, with no more than REFERENCES.
as_superuser(q{
	CREATE TABLE public.person (id integer PRIMARY KEY, name text);
	INSERT INTO person VALUES (1, 'Secret Name 1'), (2, 'Secret Name 2');
	GRANT REFERENCES ON person TO owner});
as('owner', q{CREATE TABLE own.link (id integer PRIMARY KEY, person integer REFERENCES public.person);
	SELECT journal.track('own.link', 'own_link', links => '{person}');
	INSERT INTO own.link VALUES (1, 1); UPDATE own.link SET person = 2});
unlike(as($_, q{SELECT string_agg(r::text, ' ') FROM journal.report() r}), qr/Secret/, "names stay hidden from $_") for qw(owner reader);
like(as('owner', q{CREATE TABLE own.staff (id integer PRIMARY KEY, name text); SELECT journal.track('own.staff', 'employee')}),
	qr/^ERROR: /, 'an owner names nobody\'s employees');

# All of that was a real attack: whoever is trusted has what he wants by the first report.
as_superuser(q{INSERT INTO journal.trusted_owner VALUES ('owner')});
as_superuser('SELECT FROM journal.report()');
is(is_superuser('owner'), 't', 'an owner who is trusted becomes superuser');

$node->stop;
done_testing();
