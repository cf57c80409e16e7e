# Settings with and without the library preloaded, each in a session of its own.
use strict;
use warnings;
use Test::More;
use EventJournal;

my $node = journal_node('settings');

is($node->safe_psql('postgres', q{SET event_journal.employee = '7'; SHOW event_journal.employee}),
	'7', 'a setting may be given before the library is loaded');

$node->append_conf('postgresql.conf', "session_preload_libraries = 'event_journal'");
$node->reload;

is($node->safe_psql('postgres', q{SET event_journal.employee = '7'; SHOW event_journal.employee}),
	'7', 'and after');
my ($status, $out, $error) = $node->psql('postgres', q{SET event_journal.employe = '7'});
isnt($status, 0, 'a misspelt one is refused once the library is loaded');
like($error, qr/invalid configuration parameter name "event_journal\.employe"/, 'by name');
is( $node->safe_psql('postgres', q{BEGIN; SET LOCAL event_journal.employee = '7'; COMMIT;
		SELECT current_setting('event_journal.employee')}),
	'', 'after SET LOCAL ends, the setting reads empty');

$node->stop;
done_testing();
