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

# Returns a new cluster that is not started: a copy of what test/tools/cluster made, with its settings, or
# of that of the older server where install_path names one. Takes the name and, if wanted, further lines of
# postgresql.conf and parameters of the cluster.
sub empty_node
{
	my ($name, $conf, %parameters) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, %parameters);
	my $template = $ENV{ $parameters{install_path} ? 'OLD_CLUSTER_TEMPLATE' : 'CLUSTER_TEMPLATE' };
	system_or_bail('cp', '-a', $template, $node->data_dir);
	mkdir $node->backup_dir;
	$node->append_conf('postgresql.conf', <<"CONF");
unix_socket_directories = '@{[ $node->host ]}'
port = @{[ $node->port ]}
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
