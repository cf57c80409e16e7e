#!/usr/bin/python3
"""Serves the page of the journal on 127.0.0.1: a few static files, and an allow-list of calls of the journal.

Each call is one SQL text of CALLS with bound arguments, in a transaction of its own, as the role of the person who asks.
That role is confined to one account and has only the rights that it was granted (people.sql), so a mistake in here
shows nobody else's journal. Requests that come by another host name, or from another site's pages, are refused.

usage: server.py [PORT]     DATABASE is a libpq connection string, by default that of the environment (PGHOST, ...)
"""
import json, math, os, signal, struct, sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2, psycopg2.extras

HERE = Path(__file__).resolve().parent
FILES = {'/': ('index.html', 'text/html'), '/page.css': ('page.css', 'text/css'),
         '/page.js': ('page.js', 'text/javascript'), '/restore.js': ('restore.js', 'text/javascript'), '/words.js': ('words.js', 'text/javascript')}
HEADERS = {'Content-Security-Policy': "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
                                      "frame-ancestors 'none'",
           'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store',
           'Cross-Origin-Resource-Policy': 'same-origin', 'Cross-Origin-Opener-Policy': 'same-origin'}

# Numbers reach the page as texts: JavaScript's own would lose digits.
psycopg2.extras.register_default_jsonb(
    globally=True, loads=lambda text: json.loads(text, parse_int=str, parse_float=str))

# What may be asked for. An argument that the request leaves out is left to the function's default.
PAGE = {'page_size': 'least(%(page_size)s::integer, 200)', 'after': '%(after)s::text', 'language': '%(language)s::text'}
ENTRY = {'entry': '%(entry)s::bigint', 'related': '%(related)s::text', 'overrides': '%(overrides)s::jsonb'}
ROWS = "SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.ordinality), '[]') FROM journal.{} WITH ORDINALITY AS r"
CALLS = {
    'report': ('GET', ROWS.format('report({})'), {
        **PAGE, 'period': '%(period)s::text', 'locations': '%(locations)s::text[]', 'employees': '%(employees)s::text[]',
        'events': '%(events)s::text[]', 'sort': '%(sort)s::text', 'filter': '%(filter)s::jsonb',
        # Days as people write them, the last one included, in the account's time zone.
        'date_from': '%(date_from)s::date::timestamptz', 'date_to': '(%(date_to)s::date + 1)::timestamptz'}),
    'history': ('GET', ROWS.format('history({})'),
                {**PAGE, 'object_type': '%(object_type)s::text', 'object_id': '%(object_id)s::text'}),
    'deleted_objects': ('GET', ROWS.format('deleted_objects({})'), {**PAGE, 'object_types': '%(object_types)s::text[]'}),
    'restore_plan': ('POST', ROWS.format('restore_plan({})'), ENTRY),
    'restore': ('POST', ROWS.format('restore({})'), {**ENTRY, 'reason': '%(reason)s::text'}),
    'session': ('GET', (HERE / 'session.sql').read_text(), {}),
}
WRITES = {'restore'}
LISTS = {'locations', 'employees', 'events', 'object_types'}

# Who asks, for the transaction: settings that end with it. In an application "login" is what its session says.
BECOME = """
    SELECT set_config('TimeZone', a.time_zone, true), set_config('event_journal.account', p.account, true),
           set_config('event_journal.employee', coalesce(p.employee::text, ''), true),
           set_config('event_journal.actor_kind', p.actor_kind, true), set_config('role', p.role, true)
      FROM page.person p JOIN crm.accounts a ON a.id = p.account WHERE p.login = %s"""


class Refused(Exception):
    """A request that is not answered: the HTTP status and why."""


def call(name, login, arguments):
    """Returns what a call of the allow-list returns."""
    method, query, forms = CALLS[name]
    if arguments.keys() - forms.keys():
        raise Refused(400, 'unknown argument')
    for argument, value in [('as', login), *arguments.items()]:
        texts = value if argument in LISTS and isinstance(value, list) else [value]
        # PostgreSQL's texts have no zero bytes.
        if not all(isinstance(text, str) and '\0' not in text for text in texts):
            raise Refused(400, 'an argument is of the wrong type')
    given = ', '.join(f'{argument} => {forms[argument]}' for argument in arguments)
    with closing(psycopg2.connect(os.environ.get('DATABASE', ''))) as connection, connection.cursor() as cursor:
        connection.set_session(readonly=name not in WRITES)
        cursor.execute("SET LOCAL statement_timeout = '30s'")
        cursor.execute(BECOME, (login,))
        if cursor.rowcount != 1:
            raise Refused(403, 'nobody of that name')
        cursor.execute(query.replace('{}', given), arguments)
        rows = cursor.fetchone()[0]
        connection.commit()
    return rows


def people():
    """Returns the people to choose from; an application has its own way to log in."""
    with closing(psycopg2.connect(os.environ.get('DATABASE', ''))) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT login, titles FROM page.person ORDER BY position')
        return [{'login': login, 'titles': titles} for login, titles in cursor]


def sample_sound():
    """Returns a second of a tone, in place of the recordings that the sample's telephone exchange would keep."""
    samples = bytes(128 + int(40 * math.sin(i * 2 * math.pi * 440 / 8000)) for i in range(8000))
    return struct.pack('<4sI8sIHHIIHH4sI', b'RIFF', 36 + len(samples), b'WAVEfmt ', 16, 1, 1, 8000, 8000, 1, 8,
                       b'data', len(samples)) + samples


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""
    server_version, sys_version = 'journal', ''
    timeout = 30

    def do_GET(self):
        self.answer('GET')

    def do_POST(self):
        self.answer('POST')

    def answer(self, method):
        try:
            self.check_origin(method)
            url = urlsplit(self.path)
            if method == 'GET' and url.path in FILES:
                name, kind = FILES[url.path]
                return self.send(200, (HERE / name).read_bytes(), kind + '; charset=utf-8')
            if method == 'GET' and url.path.startswith('/recordings/'):
                # An application looks up here whose recording it is.
                return self.send(200, sample_sound(), 'audio/wav')
            if method == 'GET' and url.path == '/api/people':
                return self.send_json(200, people())
            name = url.path.removeprefix('/api/')
            if not url.path.startswith('/api/') or name not in CALLS:
                raise Refused(404, 'there is no such call')
            if CALLS[name][0] != method:
                raise Refused(405, 'another method')
            arguments = self.body() if method == 'POST' else {
                key: values if key in LISTS else values[-1]
                for key, values in parse_qs(url.query, keep_blank_values=True, max_num_fields=500).items()}
            return self.send_json(200, call(name, arguments.pop('as', ''), arguments))
        except Refused as refused:
            self.send_json(refused.args[0], {'message': refused.args[1]})
        except psycopg2.Error as error:
            self.send_error_of(error)
        except ValueError:
            self.send_json(400, {'message': 'the request cannot be read'})

    def check_origin(self, method):
        """Refuses what does not come from our own page: another name of this host, or another site's script."""
        port = self.server.server_port
        host, origin = self.headers.get('Host'), self.headers.get('Origin')
        if host not in (f'127.0.0.1:{port}', f'localhost:{port}'):
            raise Refused(421, 'another host')
        if origin != f'http://{host}' and (origin is not None or method == 'POST'):
            raise Refused(403, 'another origin')

    def body(self):
        if self.headers.get_content_type() != 'application/json':
            raise Refused(415, 'JSON only')
        length = int(self.headers.get('Content-Length', ''))
        if not 0 <= length <= 100000:
            raise Refused(413, 'too long')
        arguments = json.loads(self.rfile.read(length))
        if not isinstance(arguments, dict):
            raise Refused(400, 'an object is wanted')
        return arguments

    def send_error_of(self, error):
        """Tells what is refused in the words of the journal, or of a table's constraint, trigger or privilege; what is a
        fault of ours goes to the log."""
        code = error.pgcode or ''
        if code.startswith(('JE', '22', '23', 'P0')) or code == '42501':
            return self.send_json(422, {'sqlstate': code, 'message': error.diag.message_primary,
                                        'detail': error.diag.message_detail, 'hint': error.diag.message_hint})
        print(error, file=sys.stderr)
        return self.send_json(503 if not code else 500, {'message': 'the server failed'})

    def send_json(self, status, value):
        self.send(status, json.dumps(value, ensure_ascii=False).encode(), 'application/json; charset=utf-8')

    def send(self, status, content, kind):
        self.send_response(status)
        for header, value in {**HEADERS, 'Content-Type': kind, 'Content-Length': str(len(content))}.items():
            self.send_header(header, value)
        try:
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:
            pass  # The browser has gone to another page meanwhile.

    def log_message(self, *_):
        """Addresses hold names of people and objects, so they are not logged."""


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Handler)
    print(f'http://127.0.0.1:{server.server_port}/', flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
