# A NOT NULL constraint that was added as NOT VALID, which PostgreSQL 18 knows, makes no key of a unique column: rows of before
# may hold NULL.
use strict;
use warnings;
use Test::More;
use EventJournal;

my $node = journal_node('main');
plan skip_all => 'this PostgreSQL has no NOT NULL constraints that are not valid'
	unless $node->safe_psql('postgres', 'SHOW server_version_num') >= 180000;

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE item (code text UNIQUE, note text);
INSERT INTO item VALUES (NULL, 'old'), ('a', 'new');
ALTER TABLE item ADD CONSTRAINT code_given NOT NULL code NOT VALID;
SELECT journal.track('item');
UPDATE item SET note = 'changed' WHERE code = 'a';
SQL
is($node->safe_psql('postgres', q{SELECT count(*), count(object_id) FROM journal.entries}), '1|0', 'it is no key as long as it is not valid');
my ($status, $out, $error) = $node->psql('postgres', q{SELECT * FROM journal.table_as_of(NULL::item, now())});
like($error, qr/The table has no key/, 'so the past is unknown');

$node->safe_psql('postgres', <<'SQL');
DELETE FROM item WHERE code IS NULL;
ALTER TABLE item VALIDATE CONSTRAINT code_given;
SELECT journal.track('item');
UPDATE item SET note = 'changed again';
SQL
is($node->safe_psql('postgres', q{SELECT object_id FROM journal.entries ORDER BY id DESC LIMIT 1}), 'a', 'and it is one when it is valid');

$node->stop;
done_testing();
