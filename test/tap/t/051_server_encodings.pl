# Databases of other encodings than UTF-8: what we ship is in the database's encoding, and where that lacks the characters,
# in English and plain ASCII. Clients of any encoding read it, and nothing fails.
use strict;
use warnings;
use Test::More;
use EventJournal;

my $node = empty_node('node');
$node->start;

# What a client of UTF-8 gets, and the messages. All texts here are bytes of UTF-8.
sub ask
{
	my ($database, $sql) = @_;
	my (undef, $out, $error) = $node->psql($database, "SET client_encoding = 'UTF8';\n$sql", on_error_stop => 1);
	return ($out, $error // '');
}

# A name that the encoding has, whether it has Russian texts, and its arrow.
my @encodings = (
	[ 'UTF8', 'Анна Ж', 1, '→' ],
	[ 'WIN1251', 'Анна Ж', 1, '->' ],
	[ 'KOI8R', 'Анна Ж', 1, '->' ],
	[ 'EUC_JP', '漢字', 1, '→' ],
	[ 'LATIN1', 'Zoë', 0, '->' ],
	[ 'SQL_ASCII', 'Ann', 0, '->' ]);
foreach (@encodings)
{
	my ($encoding, $name, $is_russian, $arrow) = @$_;
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	my ($out, $error) = ask($database, 'CREATE EXTENSION event_journal;');
	is($error, '', "$encoding: the extension");

	($out, $error) = ask($database, <<"SQL");
SET client_min_messages = warning;
CREATE TABLE client (id integer PRIMARY KEY, name text, note text);
SELECT journal.track('client');
SELECT journal.add_rule('client', 'client.created', 'insert');
SELECT journal.add_rule('client', 'client.deleted', 'delete');
INSERT INTO client VALUES (1, '$name', 'a'), (2, 'b', '$name');
SELECT journal.mark('start') IS NOT NULL;
UPDATE client SET note = '$name', name = NULL WHERE id = 1;
DELETE FROM client WHERE id = 2;
SELECT journal.log('order.comment_created', 'order', '7', details => '{"text": "$name"}');
SQL
	is($error, '', "$encoding: changes are recorded");

	my $title = sub { $is_russian ? $_[0] : $_[1] };
	($out) = ask($database, q{SELECT titles ->> 'ru', titles ->> 'en' FROM journal.event_type WHERE code = 'client.created'});
	is($out, $title->('Клиент создан', 'Client created') . '|Client created', "$encoding: titles");
	($out) = ask($database, q{SELECT titles ->> 'ru' FROM journal.event_type WHERE code = 'client.changed'});
	is($out, $title->('Изменено: client', 'Changed: client'), "$encoding: a title that nobody has given");
	($out) = ask($database, q{SELECT text FROM journal.term WHERE language = 'ru' AND code = 'empty'});
	is($out, $title->('(пусто)', '(empty)'), "$encoding: words");

	foreach my $language (qw(ru en))
	{
		my $empty = $language eq 'ru' ? $title->('(пусто)', '(empty)') : '(empty)';
		my $word = $language eq 'ru' ? $title->('название', 'name') : 'name';
		($out, $error) = ask($database, "SELECT details_text FROM journal.report(events => '{client.changed}', language => '$language')");
		is($out, "$word: $name $arrow $empty; note: a $arrow $name", "$encoding: a change in $language");
		($out, $error) = ask($database, "SELECT title FROM journal.report(language => '$language') ORDER BY title COLLATE \"C\"");
		my @titles = $language eq 'ru' && $is_russian
		  ? ('Клиент создан', 'Клиент создан', 'Клиент удален', 'Комментарий в заказе создан')
		  : ('Client created', 'Client created', 'Client deleted', 'Order comment created');
		is($out, join("\n", @titles), "$encoding: a report in $language");
	}

	# Everything that shows anything, to clients of other encodings too, as far as those have the characters.
	foreach my $client ('UTF8', $encoding eq 'SQL_ASCII' ? 'LATIN1' : $encoding)
	{
		foreach my $sql (
			'SELECT * FROM journal.report()', q{SELECT * FROM journal.history('client', '1')}, 'SELECT * FROM journal.deleted_objects()',
			'SELECT * FROM journal.entries', 'SELECT * FROM journal.event_type', 'SELECT * FROM journal.event_group', 'SELECT * FROM journal.term',
			q{SELECT * FROM journal.table_as_of(NULL::client, mark => 'start')}, q{SELECT * FROM journal.diff(NULL::client, from_mark => 'start')},
			q{SELECT description FROM pg_description})
		{
			my ($status, undef, $message) = $node->psql($database, "SET client_encoding = '$client'; $sql");
			is($status . ($message // ''), '0', "$encoding, a client of $client: $sql");
		}
	}
	(undef, $error) = ask($database, q{SELECT journal.track('client', document => 'note')});
	like($error, qr/DETAIL:  track\(document => \.\.\.\) takes a column/, "$encoding: a message");
	($out) = ask($database, q{SELECT count(*) FROM journal.restore((SELECT max(id) FROM journal.entries WHERE operation = 'delete'))});
	is($out, 1, "$encoding: a row comes back");
	($out) = ask($database, 'SELECT id, name, note FROM client ORDER BY id');
	is($out, "1||$name\n2|b|$name", "$encoding: with its values");
	($out) = ask($database, q{SELECT count(*) FROM journal.verify_history('client')});
	is($out, 0, "$encoding: the history is proved");
	# A key of such characters, and a name that its row had.
	(undef, $error) = ask($database, <<"SQL");
CREATE TABLE street (name text PRIMARY KEY, title text);
SELECT journal.track('street', label => 'title');
INSERT INTO street VALUES ('$name', 'before');
SELECT journal.log('user.logged_in', 'user', '7', links => '[{"type": "street", "id": "$name"}]');
UPDATE street SET title = 'after';
SQL
	is($error, '', "$encoding: a row is renamed");
}

# A dump goes to a database of another encoding: the journal's values with it, or, where that lacks a character, none of them.
sub values_of
{
	my ($database) = @_;
	return join("\n", ask($database, 'SELECT object_label, old, new, snapshot, details FROM journal.entries ORDER BY id'));
}
foreach ([ 'win1251', 'UTF8' ], [ 'utf8', 'KOI8R' ], [ 'koi8r', 'WIN1251' ], [ 'euc_jp', 'UTF8' ], [ 'latin1', 'UTF8' ], [ 'sql_ascii', 'UTF8' ])
{
	my ($from, $to) = @$_;
	my $copy = lc "${from}_as_$to";
	$node->safe_psql('postgres', "CREATE DATABASE $copy ENCODING '$to' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	my $dump = PostgreSQL::Test::Utils::tempdir . "/$copy.sql";
	$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr($from) ], "$from: dumped");
	$node->command_ok([ 'psql', '-X', '-q', '-f', $dump, '-d', $node->connstr($copy) ], "$from: restored as $to");
	like(values_of($from), qr/snapshot|note/, "$from: there is something");
	is(values_of($copy), values_of($from), "$from as $to: the values are the same");
	is((ask($copy, q{SELECT links -> 0 ->> 'label' FROM journal.report(events => '{user.logged_in}')}))[0], 'before',
		"$from as $to: a row has the name that it had");
}
$node->safe_psql('postgres', "CREATE DATABASE lacking ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
ask('lacking', 'CREATE EXTENSION event_journal');
# Packed by a database of UTF8.
my $packed = $node->safe_psql('utf8', q{SELECT data FROM journal.entry WHERE operation = 'i' ORDER BY id LIMIT 1});
like((ask('lacking', "SELECT journal.unpacked('$packed')"))[1], qr/has no equivalent in encoding "LATIN1"/, 'a character that the encoding lacks');

done_testing();
