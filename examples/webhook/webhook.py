#!/usr/bin/python3
"""Posts what happens to a URL, as CloudEvents: one request an entry, in order, at least once.

The journal keeps the position (journal.add_consumer). A page is confirmed when each of its entries was accepted or put into
the table of those that were not, webhook.dead_letter, to be looked at by somebody and sent again. Where the process ends in
between, the page comes again: the receiver knows an entry by its source and id.

usage: webhook.py CONSUMER URL [--once]     DATABASE is a libpq connection string, by default that of the environment
"""
import datetime, json, os, sys, time, urllib.error, urllib.request
from contextlib import closing

import psycopg2, psycopg2.extras

PAGE, PAUSE, ATTEMPTS, TIMEOUT = 200, 1.0, 5, 10
DOMAIN = os.environ.get('DOMAIN', '')
FIRST_DELAY = float(os.environ.get('WEBHOOK_DELAY', '1'))

PREPARE = """
    CREATE TABLE IF NOT EXISTS webhook.dead_letter (
        consumer text NOT NULL, entry bigint NOT NULL, event jsonb NOT NULL, error text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, entry))"""
READ = 'SELECT * FROM journal.next_changes(%s, %s)'
DATA = ('operation', 'object_label', 'old', 'new', 'snapshot', 'details', 'links')
EXTENSIONS = {'account': 'account', 'employee': 'employee', 'location': 'location', 'actor_kind': 'actorkind'}
KEEP = """
    INSERT INTO webhook.dead_letter (consumer, entry, event, error) VALUES (%s, %s, %s, %s)
    ON CONFLICT (consumer, entry) DO UPDATE SET error = excluded.error, at = now()"""


class Refused(Exception):
    """The receiver will not take the event, however often it is sent."""


def cloud_event(row):
    """A row of the feed as a CloudEvent: what journal.cloud_events shows of the same entry."""
    event = {'specversion': '1.0', 'id': str(row['entry']), 'source': f'urn:uuid:{row["incarnation"]}',
             'type': f'{DOMAIN}.{row["event"]}' if DOMAIN else row['event'],
             'time': row['occurred_at'].astimezone(datetime.timezone.utc).isoformat(),
             'datacontenttype': 'application/json', 'data': {name: row[name] for name in DATA if row[name] is not None}}
    if row['object_id'] is not None:
        event['subject'] = f'{row["object_type"]}/{row["object_id"]}'
    return event | {short: row[name] for name, short in EXTENSIONS.items() if row[name]}


def post(url, event):
    """Sends an event; raises Refused for an answer that says not to send it again, OSError for any other failure."""
    request = urllib.request.Request(url, json.dumps(event).encode(), {'Content-Type': 'application/cloudevents+json'})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            pass
    except urllib.error.HTTPError as error:
        if 400 <= error.code < 500 and error.code not in (408, 425, 429):
            raise Refused(f'{error.code} {error.reason}') from error
        raise


def deliver(url, event):
    """Sends an event until it is accepted; returns why it was given up, or None."""
    delay = FIRST_DELAY
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return post(url, event)
        except Refused as error:
            return str(error)
        except OSError as error:
            if attempt == ATTEMPTS:
                return f'{error} ({ATTEMPTS} attempts)'
            time.sleep(delay)
            delay *= 2


def pass_on(connection, consumer, url):
    """Delivers one page and confirms it; returns how many entries it had."""
    with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(READ, (consumer, PAGE))
        page = cursor.fetchall()
    # No transaction is open while others are waited for.
    entries = [row for row in page if row['entry'] is not None]
    for row in entries:
        event = cloud_event(row)
        error = deliver(url, event)
        if error is not None:
            print(f'entry {row["entry"]}: {error}', file=sys.stderr, flush=True)
            with connection, connection.cursor() as cursor:
                cursor.execute(KEEP, (consumer, row['entry'], psycopg2.extras.Json(event), error))
    with connection, connection.cursor() as cursor:
        cursor.execute('SELECT journal.confirm(%s, %s)', (consumer, page[-1]['next_position']))
    return len(entries)


def main(consumer, url, once=False):
    with closing(psycopg2.connect(os.environ.get('DATABASE', ''), application_name='webhook')) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(PREPARE)
        while True:
            if pass_on(connection, consumer, url) == 0:
                if once:
                    return
                time.sleep(PAUSE)


if __name__ == '__main__':
    arguments = [a for a in sys.argv[1:] if a != '--once']
    if len(arguments) != 2:
        sys.exit(__doc__)
    main(*arguments, once='--once' in sys.argv)
