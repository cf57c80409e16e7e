# No query of ours is compiled by JIT, which a fresh server has switched on: the first history of a
# session took seconds, since a sort that the planner was told to avoid costs 1e10.
#
# A provider that does not exist shows it without LLVM: the first plan of a session to be compiled
# makes the server look for it, and say so.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Utils;
use Test::More;
use EventJournal;

my $node = journal_node('jit', <<'CONF');
jit = on
jit_provider = 'no_such_provider'
jit_above_cost = 100
CONF

# Runs a statement in a session of its own and tells whether the server wanted to compile something.
sub compiles
{
	my ($sql) = @_;
	my ($status, $out, $messages) = $node->psql('crm', "SET event_journal.account = 'rembyt'; SET client_min_messages = debug1; $sql");
	is($status, 0, "ran: $sql") or diag($messages);
	return $messages =~ /probing availability of JIT provider/ ? 1 : 0;
}

$node->safe_psql('postgres', 'CREATE DATABASE crm');
my $crm = "$FindBin::Bin/../../../examples/crm";
$node->safe_psql('crm', 'CREATE EXTENSION event_journal');
for my $file (qw(schema tracking day))
{
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('crm'), '-f', "$crm/$file.sql" ],
		"the sample CRM: $file.sql");
}

is(compiles('SELECT count(*) FROM pg_class a, pg_class b'), 1, 'a dear plan of the application is compiled');

my ($order, $deleted, $transaction) = split /\|/, $node->safe_psql('crm', q{
	SET event_journal.account = 'rembyt';
	SELECT (SELECT object_id FROM journal.entries WHERE object_type = 'order' LIMIT 1),
	       (SELECT entry FROM journal.deleted_objects() WHERE restorable LIMIT 1),
	       (SELECT transaction_id FROM journal.entries WHERE operation = 'update' ORDER BY id DESC LIMIT 1)});
$node->safe_psql('crm', q{SELECT journal.mark('jit'); UPDATE crm.clients SET name = name || '!'});

for my $call (
	"SELECT FROM journal.history('order', '$order')",
	"SELECT FROM journal.report()",
	"SELECT FROM journal.report(sort => 'asc', employees => '{7}')",
	"SELECT FROM journal.deleted_objects()",
	"SELECT FROM journal.restore_plan($deleted)",
	"SELECT FROM journal.restore($deleted)",
	"SELECT FROM journal.undo_plan('$transaction')",
	"SELECT FROM journal.table_as_of(NULL::crm.clients, mark => 'jit')",
	"SELECT FROM journal.diff(NULL::crm.clients, from_mark => 'jit')",
	"SELECT FROM journal.verify_history('crm.clients')",
	"SELECT journal.maintain()")
{
	is(compiles($call), 0, "not compiled: $call");
}

$node->stop;
done_testing();
