# The server of examples/page, over HTTP: what it serves and what it refuses, that arguments are bound, that each
# person sees one account and does what his role may, and restoring with its refusals, in both languages.
use strict;
use warnings;
use utf8;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;
use IO::Socket::INET;
use JSON::PP;

my $python = '/usr/bin/python3';
plan skip_all => 'no psycopg2 of Debian here' if system("$python -c 'import psycopg2' 2>/dev/null") != 0;

my $node = empty_node('page');
$node->start;
{
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	is(system('test/tools/page-data'), 0, 'the sample CRM and the people');
}

# Returns what a query as the superuser gives, as characters.
sub value_of
{
	my ($query) = @_;
	my $value = $node->safe_psql('crm_demo', $query);
	utf8::decode($value);
	return $value;
}

$ENV{DATABASE} = 'host=' . $node->host . ' port=' . $node->port . ' dbname=crm_demo user=page_server';
my $server = open(my $server_output, '-|', $python, 'examples/page/server.py', '0') or die "server.py: $!";
END { local $?; kill 'TERM', $server if $server; }
my ($port) = <$server_output> =~ m{^http://127\.0\.0\.1:(\d+)/$} or die 'the server does not say where it is';
my $host   = "127.0.0.1:$port";
my $own    = "http://$host";

# Sends a request as it is written and returns the status, the headers and the content; the JSON of an answer
# is decoded.
sub request
{
	my ($method, $target, $headers, $content) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 60) or die "connect: $@";
	my %sent = (Host => $host, defined $content ? ('Content-Length' => length $content) : (), %{ $headers // {} });
	print $socket "$method $target HTTP/1.0\r\n", (map { "$_: $sent{$_}\r\n" } grep { defined $sent{$_} } keys %sent), "\r\n",
		$content // '';
	my $answer = do { local $/; <$socket> };
	my ($head, $body) = split /\r\n\r\n/, $answer, 2;
	my ($status) = $head =~ m{^HTTP/1\.0 (\d+)} or die "not an answer: $answer";
	$body = JSON::PP->new->utf8->decode($body) if $head =~ m{^Content-Type: application/json}mi;
	return ($status, $head, $body);
}

sub encoded
{
	my ($text) = @_;
	utf8::encode($text);
	$text =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;
	return $text;
}

# Calls the journal as a person; lists are given as references.
sub get
{
	my ($person, $name, %arguments) = @_;
	my @pairs = ([ as => $person ]);
	for my $argument (sort keys %arguments)
	{
		push @pairs, [ $argument, $_ ] for ref $arguments{$argument} ? @{ $arguments{$argument} } : $arguments{$argument};
	}
	my ($status, undef, $body) = request('GET', "/api/$name?" . join '&', map { "$_->[0]=" . encoded($_->[1]) } @pairs);
	return ($status, $body);
}

sub post
{
	my ($person, $name, %arguments) = @_;
	my ($status, undef, $body) = request('POST', "/api/$name", { Origin => $own, 'Content-Type' => 'application/json' },
		JSON::PP->new->utf8->encode({ as => $person, %arguments }));
	return ($status, $body);
}

# ---- What is served, and to whom

my $head;
for my $file ('/', '/page.js', '/restore.js', '/words.js', '/page.css')
{
	(my $status, $head) = request('GET', $file);
	is($status, 200, "$file is served");
	like($head, qr/^Content-Security-Policy: default-src 'self';/m, 'by a policy of its own files');
}
like($head, qr/^X-Content-Type-Options: nosniff\r$/m, 'and taken for what it is');
for my $path ('/server.py', '/people.sql', '/../server.py', '/%2e%2e/server.py', '//etc/passwd', '/api', '/api/', '/api/undo',
	'/api/track', '/api/report/', '/favicon.ico')
{
	is((request('GET', $path))[0], 404, "$path is not");
}
is((request('GET', '/recordings/rembyt/9001.mp3'))[2] =~ /^RIFF....WAVE/s, 1, 'a recording has a sound');

my @wrong_hosts = ("evil.example:$port", 'evil.example', '127.0.0.1', '127.0.0.1:1', "127.0.0.1.evil.example:$port", undef);
is((request('GET', '/api/people', { Host => $_ }))[0], 421, 'not by the host name ' . ($_ // 'of nobody')) for @wrong_hosts;
is((request('GET', '/api/people', { Host => "localhost:$port" }))[0], 200, 'but as localhost');
is((request('GET', '/api/people', { Origin => $_ }))[0], 403, "not from a page of $_")
	for 'http://evil.example', 'null', "http://localhost:$port", "https://$host";
is((request('GET', '/api/people', { Origin => $own }))[0], 200, 'but from its own page');
for my $origin (undef, 'http://evil.example', 'null')
{
	is((request('POST', '/api/restore', { Origin => $origin, 'Content-Type' => 'application/json' }, '{}'))[0], 403,
		'nothing is changed from a page of ' . ($origin // 'nobody'));
}
my %json = (Origin => $own, 'Content-Type' => 'application/json');
is((request('POST', '/api/restore', { %json, 'Content-Type' => 'text/plain' }, '{}'))[0], 415, 'nor by a form');
is((request('POST', '/api/restore', \%json, '{'))[0], 400, 'what is no JSON is refused');
is((request('POST', '/api/restore', \%json, '[1]'))[0], 400, 'and what is no object');
is((request('POST', '/api/restore', { %json, 'Content-Length' => 100001 }, ''))[0], 413, 'and what is too long');
is((request('POST', '/api/restore', { %json, 'Content-Length' => '-1' }, ''))[0], 413, 'or shorter than nothing');

# ---- The allow-list

is((post('sokolova', 'report'))[0], 405, 'what reads is a GET');
is((get('sokolova', 'restore', entry => 1))[0], 405, 'what changes is none');
is((get('sokolova', 'report', $_ => 'x'))[0], 400, "no argument $_") for 'moment', 'period) --', 'page_size => 1, period', '';
is((post('sokolova', 'restore', on_conflict => 'skip'))[0], 400, 'nor one that the page does not use');
is((post('sokolova', 'restore_plan', entry => $_))[0], 400, 'no value but a text') for 1, [ '1' ], { a => '1' }, undef;
is((post($_, 'restore_plan', entry => '1'))[0], 400, 'nor a person') for ['sokolova'], 1, undef;
is((get('sokolova', 'history', object_type => 'order', object_id => "1\0"))[0], 400, 'nor one with a zero byte');
is((get($_, 'report'))[0], 403, "nobody is called '$_'") for '', 'page_server', 'postgres', "x' OR 'a' = 'a";
is((get('sokolova', 'deleted_objects', language => 'xx'))[1]{sqlstate}, 'JE001', 'the journal checks the rest');

# Every argument of every call, with texts that would do harm if they were put into the SQL. A hint of the form
# of a placeholder must not be one either.
my @hostile = ("'); DROP TABLE crm.clients; --", "' || pg_sleep(100) || '", '%s %(entry)s %%', '{}', '\\', '"', '$$', "\x{2028}");
my %arguments = (
	report => [qw(period date_from date_to locations employees events sort page_size after language filter)],
	history => [qw(object_type object_id page_size after language)],
	deleted_objects => [qw(object_types page_size after language)],
	restore_plan => [qw(entry related overrides)],
	restore => [qw(entry related overrides reason)]);
my $before = value_of('SELECT count(*), (SELECT count(*) FROM journal.entry) FROM crm.clients');
my %answers;
for my $name (sort keys %arguments)
{
	my $is_post = $name =~ /^restore/;
	for my $argument (@{ $arguments{$name} })
	{
		for my $text (@hostile)
		{
			my %given = ($is_post ? (entry => '0') : $name eq 'history' ? (object_type => 'order', object_id => '1') : ());
			my ($status, $body) = ($is_post ? \&post : \&get)->('sokolova', $name, %given, $argument => $text);
			$answers{"$status " . (ref $body eq 'HASH' ? $body->{sqlstate} // '?' : 'rows')} //= "$name $argument $text";
		}
	}
}
is_deeply([ grep { !/^(?:200 rows|422 (?:22|JE)...)$/ } sort keys %answers ], [],
	'hostile texts are texts: they are refused as values, or find nothing')
	or diag(explain(\%answers));
is(value_of('SELECT count(*), (SELECT count(*) FROM journal.entry) FROM crm.clients'), $before, 'and do nothing');

# ---- The report

my ($status, $rows) = get('sokolova', 'report', page_size => 200);
is($status, 200, 'a report');
my $shown = join ',', map { $_->{entry} } @$rows;
my $as_sql = q{SET event_journal.account = 'rembyt';
	SELECT string_agg(entry::text, ',' ORDER BY n) FROM (SELECT row_number() OVER () AS n, entry FROM journal.report(%s)) AS r};
is($shown, value_of(sprintf $as_sql, 'page_size => 200'), 'is that of the account, in its order');
(undef, my $searched) = get('sokolova', 'report', page_size => 200, filter => '{"search": "a-1"}');
is(join(',', map { $_->{entry} } @$searched), value_of(sprintf $as_sql, q{page_size => 200, filter => '{"search": "a-1"}'}), 'a search');
cmp_ok(scalar @$searched, '>', 0, 'finds something');
(undef, my $first) = get('sokolova', 'report', page_size => 10, sort => 'asc', events => [ 'group:orders', 'kind:deleted' ]);
(undef, my $second) = get('sokolova', 'report', page_size => 10, sort => 'asc', events => [ 'group:orders', 'kind:deleted' ],
	after => $first->[-1]{page_cursor});
is(join(',', map { $_->{entry} } @$first, @$second),
	value_of(sprintf $as_sql, q{page_size => 20, sort => 'asc', events => '{group:orders,kind:deleted}'}),
	'filters, the other order, and the page after a page');
is((get('sokolova', 'report', after => $first->[-1]{page_cursor}))[1]{sqlstate}, 'JE020', 'a cursor of other filters is refused');
my $today = value_of(q{SELECT (now() AT TIME ZONE 'Europe/Moscow')::date});
is(scalar @{ (get('sokolova', 'report', period => 'custom', date_from => $today, date_to => $today, page_size => 5))[1] }, 5,
	'own dates, the last one included');
is_deeply((get('sokolova', 'report', period => 'custom', date_from => '2001-01-01', date_to => '2001-01-02'))[1], [], 'and others');
is((get('sokolova', 'report', period => 'custom', date_from => 'tomorrow-ish'))[1]{sqlstate}, '22007', 'and what is no date');
(undef, my $by) = get('sokolova', 'report', locations => ['2'], employees => [ '1', '3' ], page_size => 100);
is_deeply([ sort keys %{ { map { ("$_->{location} $_->{employee}" => 1) } @$by } } ], [ '2 1', '2 3' ], 'locations and employees');
like($rows->[0]{occurred_at}, qr/\+03:00$/, "the account's clock");
is((grep { $_->{column} eq 'price' } @{ (get('sokolova', 'report', events => ['order.item_added'], page_size => 1))[1][0]{details}{values} })[0]{value} =~ /^\d+\.\d\d$/, 1,
	'numbers keep their digits');
is(scalar @{ (get('sokolova', 'report', page_size => 1000000))[1] }, 200, 'no page is longer than 200 rows');

my %title = map { ($_ => (get('sokolova', 'report', events => ['client.deleted'], page_size => 1, language => $_))[1][0]{title}) } qw(ru en);
is_deeply(\%title, { ru => 'Клиент удален', en => 'Client deleted' }, 'in Russian and in English');

# Texts of the data go through as they are, in an answer that is never taken for a page.
my $hostile = q{<img src=x onerror="alert(1)"> '"\\ </script> &amp; } . "\x{202e}";
{
	my $quoted = $hostile =~ s/'/''/gr;
	utf8::encode($quoted);
	$node->safe_psql('crm_demo', qq{BEGIN; SELECT journal.set_context(account => 'rembyt', employee => '1');
		INSERT INTO crm.clients (account_id, name, phone) VALUES ('rembyt', '$quoted', '+70000000777'); COMMIT});
}
is((get('sokolova', 'report', page_size => 1))[1][0]{object_label}, $hostile, 'a hostile name is a name');

# ---- Who may what

my $foreign = value_of(q{SELECT object_id FROM journal.entries WHERE account = 'smartfix' AND event = 'order.created' ORDER BY id LIMIT 1});
is_deeply((get('sokolova', 'history', object_type => 'order', object_id => $foreign))[1], [], "another account's order has no history here");
cmp_ok(scalar @{ (get('orlova', 'history', object_type => 'order', object_id => $foreign))[1] }, '>', 0, 'there it has');
my $foreign_deletion = value_of(q{SELECT max(id) FROM journal.entries WHERE account = 'smartfix' AND event = 'client.deleted'});
is((post('sokolova', 'restore', entry => $foreign_deletion))[1]{sqlstate}, 'JE018', 'nor is its deletion there to be restored');
is_deeply([ grep { ref ne 'HASH' } values %{ { map { ($_->{login} => $_) } @{ (request('GET', '/api/people'))[2] } } } ], [], 'people to choose from');
is((get('orlova', 'report', period => 'today'))[1]{sqlstate}, 'JE003', 'on the plan startup there is no choice of dates');
is((get('orlova', 'report'))[0], 200, 'without one there is a report');
is((get('novikov', $_))[1]{sqlstate}, 'JE002', "on the plan free there is no $_") for 'report', 'deleted_objects';
my %session = map { ($_ => (get($_, 'session'))[1]) } qw(sokolova morozov orlova novikov support);
is_deeply({ map { my $of = $session{$_}; ($_ => join ' ', grep { $of->{$_} } qw(has_journal has_dates may_restore is_support)) } keys %session },
	{   sokolova => 'has_journal has_dates may_restore', morozov => 'has_journal has_dates', orlova => 'has_journal may_restore',
		novikov => 'may_restore', support => 'has_journal has_dates may_restore is_support' },
	'the page is told what the person may');
is_deeply([ map { $_->{name} } grep { $_->{gone} } @{ $session{sokolova}{places} } ], [ 'Олег Титов', 'Южный' ],
	'those who have gone are there to be chosen');
is(value_of(q{SELECT string_agg(t.relname, ', ') FROM pg_class t WHERE t.relnamespace IN ('crm'::regnamespace, 'journal'::regnamespace)
	AND t.relkind IN ('r', 'p') AND has_table_privilege('page_server', t.oid, 'SELECT, INSERT, UPDATE, DELETE')}), '',
	'the server itself may read and write nothing');
is((post('morozov', $_, entry => '1'))[1]{sqlstate}, '42501', "who only reads has no $_") for 'restore_plan', 'restore';

# ---- Restoring

sub deletion
{
	my ($type, $label) = @_;
	my ($row) = grep { !defined $label || $_->{object_label} eq $label } @{ (get('support', 'deleted_objects', object_types => [$type]))[1] };
	return $row;
}

my $client = deletion('client', 'Вектор');
($status, my $plan) = post('sokolova', 'restore_plan', entry => $client->{entry});
is_deeply([ map { [ @$_{qw(action object_label sqlstate)} ] } @$plan ], [ [ 'insert', 'Вектор', undef ] ], 'a plan of one row');
is(value_of(q{SELECT count(*) FROM crm.clients WHERE name = 'Вектор'}), 0, 'which does nothing');
($status, my $restored) = post('sokolova', 'restore', entry => $client->{entry}, reason => 'по ошибке');
is_deeply([ map { "$_->{object_label} $_->{outcome}" } @$restored ], ['Вектор restored'], 'and the row comes back');
is(value_of(q{SELECT email FROM crm.clients WHERE name = 'Вектор'}), 'info@vector.example', 'as it was');
is(value_of(q{SELECT concat_ws(' ', event, employee, actor_kind, account, reason, session_role) FROM journal.entries ORDER BY id DESC LIMIT 1}),
	'client.restored 1 employee rembyt по ошибке page_server', 'and the journal says who did it');
is((post('sokolova', 'restore', entry => $client->{entry}))[1]{sqlstate}, 'JE012', 'once');
is(deletion('client', 'Вектор'), undef, 'it is no deleted object any more');

my $pair = deletion('client', 'Зинаида Сорокина');
is(scalar @{ (post('sokolova', 'restore_plan', entry => $pair->{entry}, related => $_->[0]))[1] }, $_->[1], "a plan with $_->[0]")
	for [ none => 1 ], [ children => 2 ], [ parents => 1 ], [ all => 2 ];
(undef, $restored) = post('sokolova', 'restore', entry => $pair->{entry}, related => 'children');
is(join(' ', map { "$_->{object_type} $_->{outcome}" } @$restored), 'client restored device restored', 'a client comes back with a device');

my $order = deletion('order');
is_deeply((get('sokolova', 'deleted_objects', object_types => ['order']))[1][0]{needs}, [ 'support', 'reason' ], 'an order needs support');
is_deeply($order->{needs}, ['reason'], 'of which a reason is wanted');
is((post('sokolova', 'restore', entry => $order->{entry}, reason => 'x'))[1]{sqlstate}, 'JE011', 'nobody else restores it');
is((post('support', 'restore', entry => $order->{entry}))[1]{sqlstate}, '22004', 'nor support without saying why');
(undef, $restored) = post('support', 'restore', entry => $order->{entry}, reason => 'обращение 4711');
is(join(' ', sort map { $_->{object_type} } @$restored), 'order order_comment order_file order_item order_item', 'support does, with all its parts');

my $found = deletion('client', 'Фёдор Найдёнов');
is((post('sokolova', 'restore_plan', entry => $found->{entry}))[1][0]{sqlstate}, 'JE013', 'a phone that is in use is foreseen');
is((post('sokolova', 'restore', entry => $found->{entry}))[1]{sqlstate}, 'JE013', 'and refused');
is((post('sokolova', 'restore', entry => $found->{entry}, overrides => '{"client":'))[1]{sqlstate}, '22P02', 'what is no JSON is no override');
my %other = (overrides => qq({"$found->{entry}": {"phone": "+70000000898", "discount_percent": "2.50", "is_company": "true", "created_at": "2026-01-02 03:04:05+03", "email": null}}));
is((post('sokolova', 'restore_plan', entry => $found->{entry}, %other))[1][0]{conflict}, undef, 'another phone will do');
is((post('sokolova', 'restore', entry => $found->{entry}, %other))[0], 200, 'and does');
is(value_of(q{SELECT concat_ws(' ', phone, discount_percent, is_company, extract(epoch FROM created_at)) FROM crm.clients WHERE name = 'Фёдор Найдёнов'}),
	'+70000000898 2.50 t 1767312245.000000', 'values are given as texts');
$node->safe_psql('crm_demo', q{
	CREATE FUNCTION crm.closed() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'the warehouse is closed'; END$$;
	CREATE TRIGGER closed BEFORE INSERT ON crm.products FOR EACH ROW EXECUTE FUNCTION crm.closed()});
is_deeply([ @{ (post('sokolova', 'restore', entry => deletion('product')->{entry}))[1] }{qw(sqlstate message)} ],
	[ 'P0001', 'the warehouse is closed' ], "what a table's trigger says is told");
my $warehouse = deletion('warehouse');
is_deeply($warehouse->{needs}, ['override:location_id'], 'the location of a warehouse is gone');
is((post('sokolova', 'restore', entry => $warehouse->{entry}))[1]{sqlstate}, 'JE014', 'it is refused');
is((post('sokolova', 'restore', entry => $warehouse->{entry}, overrides => qq({"$warehouse->{entry}": {"location_id": "1"}})))[0], 200, 'another one will do');

kill 'TERM', $server;
waitpid $server, 0;
is($?, 0, 'the server ends when it is told to');
$server = 0;
$node->stop;
done_testing();
