# Clusters for the TAP tests.
package EventJournal;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(empty_node journal_node);

# The superuser has one name, whoever runs the tests.
$ENV{PGUSER} = 'postgres';

# Returns a new cluster that is not started, with what logical decoding and prepared transactions
# need. Takes the name and, if wanted, further lines of postgresql.conf and parameters of the cluster.
sub empty_node
{
	my ($name, $conf, %parameters) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, %parameters);
	$node->init(
		allows_streaming => 'logical',
		extra => [ '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8' ]);
	$node->append_conf('postgresql.conf', <<"CONF");
max_connections = 40
max_prepared_transactions = 10
shared_buffers = 32MB
jit = off
@{[ $conf // '' ]}
CONF
	return $node;
}

# Returns a running cluster with the extension in its database "postgres".
sub journal_node
{
	my $node = empty_node(@_);
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION event_journal');
	return $node;
}

1;
