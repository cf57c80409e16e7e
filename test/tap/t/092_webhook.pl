# examples/webhook: events arrive in order, those that fail for a while are sent again, and those that are refused are kept.
use strict;
use warnings;
use Test::More;
use EventJournal;
use PostgreSQL::Test::Utils;
use JSON::PP;

my $python = '/usr/bin/python3';
plan skip_all => 'no psycopg2 of Debian here' if system("$python -c 'import psycopg2' 2>/dev/null") != 0;

my $node = journal_node('webhook');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE task (id integer PRIMARY KEY, title text);
SELECT journal.track('task', label => 'title');
INSERT INTO task VALUES (0, 'before');
CREATE ROLE webhook LOGIN;
SELECT journal.grant_access('auditor', 'webhook');
CREATE SCHEMA webhook AUTHORIZATION webhook;
SET ROLE webhook;
SELECT journal.add_consumer('one', from_now => true);
SQL

# A receiver that fails twice, refuses one event for good, and writes down what it is sent.
my $log = $node->basedir . '/received';
my $receiver = $node->basedir . '/receiver.py';
append_to_file($receiver, <<'PYTHON');
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
failures = [503, 429]
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])).decode()
        title = json.loads(body)['data'].get('object_label')
        status = 410 if title == 'refused' else failures.pop() if title == 'later' and failures else 204
        with open(sys.argv[1], 'a') as log:
            log.write(f'{status} {self.headers["Content-Type"]} {body}\n')
        self.send_response(status)
        self.end_headers()
    def log_message(self, *_):
        pass
server = HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
my $process = open(my $output, '-|', $python, $receiver, $log) or die "receiver.py: $!";
END { local $?; kill 'KILL', $process if $process; }
my $port = <$output>;
chomp $port;

$node->safe_psql('postgres', q{INSERT INTO task VALUES (1, 'first'), (2, 'later'), (3, 'refused'), (4, 'last');
	UPDATE task SET title = 'renamed' WHERE id = 1});
$ENV{DATABASE}      = 'host=' . $node->host . ' port=' . $node->port . ' dbname=postgres user=webhook';
$ENV{DOMAIN}        = 'com.example';
$ENV{WEBHOOK_DELAY} = '0.01';
my @webhook = ($python, 'examples/webhook/webhook.py', 'one', "http://127.0.0.1:$port/events", '--once');
my ($out, $errors) = ('', '');
ok(run_log(\@webhook, '>', \$out, '2>', \$errors), 'everything is passed on') or diag($errors);
like($errors, qr/^entry \d+: 410 Gone$/, 'what is refused is told');
my @received = map { [ split / /, $_, 3 ] } split /\n/, slurp_file($log);
is_deeply([ map { "$_->[0] " . decode_json($_->[2])->{data}{object_label} } @received ],
	[ '204 first', '429 later', '503 later', '204 later', '410 refused', '204 last', '204 renamed' ], 'in order, what failed again');
is($received[0][1], 'application/cloudevents+json', 'as CloudEvents');
my $event = decode_json($received[6][2]);
is("$event->{type} $event->{subject} $event->{data}{old}{title}", 'com.example.task.changed task/1 first', 'with what changed');
is($node->safe_psql('postgres', 'SELECT consumer, event ->> $$type$$, error FROM webhook.dead_letter'), 'one|com.example.task.created|410 Gone', 'a dead letter');
# What the view shows of the entry has the same attributes.
my $shown = decode_json($node->safe_psql('postgres', "SET event_journal.domain = 'com.example'; SELECT to_jsonb(v) FROM journal.cloud_events v WHERE id = '$event->{id}'"));
is_deeply([ @$event{qw(specversion id source type subject datacontenttype)} ], [ @$shown{qw(specversion id source type subject datacontenttype)} ], 'as journal.cloud_events');
like($event->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/, 'a time of RFC 3339');
like($shown->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, 'there, too');

# Nothing comes twice, and a receiver that is away holds nothing up for ever.
ok(run_log(\@webhook, '>', \$out, '2>', \$errors), 'nothing more');
is(scalar(split /\n/, slurp_file($log)), 7, 'nothing came twice');
kill 'KILL', $process;
close $output;
$process = undef;
$node->safe_psql('postgres', q{INSERT INTO task VALUES (5, 'to nobody')});
ok(run_log(\@webhook, '>', \$out, '2>', \$errors), 'a receiver that is away');
like($errors, qr/entry \d+: .*Connection refused.* \(5 attempts\)/, 'is told of after some attempts');
is($node->safe_psql('postgres', 'SELECT count(*) FROM webhook.dead_letter'), '2', 'and its event is kept');
$node->stop;
done_testing();
