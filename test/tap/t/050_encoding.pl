# What is written by hand is what the server would have written: over random tables, rows and updates every entry's
# jsonb is byte for byte (operator *=) the one that the server makes of the same values and of its own text, and the
# columns that an update's entry names are those whose values differ.
#
#   EVENT_JOURNAL_SEED=…     repeats a run (it is printed)
#   EVENT_JOURNAL_ROUNDS=…   that many tables instead of 20
use strict;
use warnings;
use Test::More;
use EventJournal;

my $seed = $ENV{EVENT_JOURNAL_SEED} // 1;
my $rounds = $ENV{EVENT_JOURNAL_ROUNDS} // 20;
my $rows = 12;
note("EVENT_JOURNAL_SEED=$seed");
print STDERR "# EVENT_JOURNAL_SEED=$seed\n";
srand($seed);

my $node = journal_node('node', "default_toast_compression = pglz\n");

# Random values, in SQL. Every function may give what its type has at its borders.
$node->safe_psql('postgres', <<'SQL');
CREATE SCHEMA make;
SET search_path = make;
CREATE FUNCTION differ(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ROW(a)::record *<> ROW(b)::record';
-- Where two arrays first differ; without a place, in their form alone.
CREATE FUNCTION difference(found jsonb, expected jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(concat_ws(' ', coalesce(i::text, ': another form of'), coalesce(found -> i, found), 'instead of', expected -> i), 300)
    FROM (SELECT min(i) AS i FROM generate_series(0, jsonb_array_length(found) - 1) i WHERE make.differ(found -> i, expected -> i)) d
$$;
CREATE FUNCTION below(n integer) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT floor(random() * n)::integer';
CREATE FUNCTION one_of(VARIADIC text[]) RETURNS text LANGUAGE sql VOLATILE AS
    'SELECT $1[1 + floor(random() * cardinality($1))::integer]';
CREATE FUNCTION some_text() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE make.below(8)
        WHEN 0 THEN ''
        WHEN 1 THEN repeat(make.one_of('é', 'ЗК', '漢', '😀', '"', '\', E'\n', E'\x01'), make.below(40))
        WHEN 2 THEN repeat(md5(random()::text), 1 + make.below(100))
        WHEN 3 THEN repeat('x', make.below(3000))
        ELSE left(md5(random()::text), make.below(33)) END
$$;
CREATE FUNCTION some_integer(most numeric) RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE make.below(4)
        WHEN 0 THEN make.one_of('0', '1', '-1', (-most - 1)::text, most::text)::numeric
        WHEN 1 THEN make.one_of('1', '-1')::numeric * least(most, power(10::numeric, make.below(20)) + make.below(3) - 1)
        ELSE trunc(make.one_of('1', '-1')::numeric * least(most, power(10::numeric, (random() * 19)::numeric))) END
$$;
CREATE FUNCTION some_numeric() RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE make.below(10)
        WHEN 0 THEN make.one_of('NaN', 'Infinity', '-Infinity', '0', '0.000', '1e131071', '1e-16383', '1.10', '1e63', '1e64', '1e255', '1e256',
                                '1e-63', '1e-64', '-1e-255', '1e-256', '10000', '0.0001', '100000000.0000')::numeric
        WHEN 1 THEN trunc(random()::numeric * 1000000, make.below(4))
        ELSE (make.one_of('', '-') || (SELECT string_agg(make.below(10)::text, '') FROM generate_series(0, make.below(60))) || '.' ||
              (SELECT string_agg(make.one_of('0', '0', make.below(10)::text), '') FROM generate_series(0, make.below(90))))::numeric END
$$;
CREATE FUNCTION some_moment() RETURNS timestamp LANGUAGE sql VOLATILE AS $$
    SELECT CASE make.below(8)
        WHEN 0 THEN make.one_of('infinity', '-infinity', '4713-01-01 00:00 BC', '294276-12-31 23:59:59.999999', '0001-01-01 00:00',
                                '0001-12-31 23:59:59.9 BC', '9999-12-31 23:59:59.999999', '10000-01-01 00:00', '2000-01-01 00:00')::timestamp
        WHEN 1 THEN '2000-01-01'::timestamp + make.below(1000000) * interval '1 hour'
        ELSE '1900-01-01'::timestamp + random() * interval '200 years' END
$$;
CREATE FUNCTION some_float() RETURNS float8 LANGUAGE sql VOLATILE AS
    $$ SELECT make.one_of('NaN', 'Infinity', '-Infinity', '0', '-0', '1', '0.1', '1e15', '1e16', '-1e-7', '3.4e38', random()::text, (random() * 1e6)::text)::float8 $$;
-- A JSON text; values repeat keys, which jsonb drops.
CREATE FUNCTION some_json(depth integer) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    kind integer := CASE WHEN depth > 0 THEN make.below(7) ELSE 2 + make.below(5) END;
    size integer := make.one_of('0', '1', '2', '3', '8', CASE WHEN depth > 1 THEN make.one_of('31', '32', '33', '63', '64', '65') ELSE '4' END);
    result text := '';
BEGIN
    CASE kind
        WHEN 0 THEN
            FOR i IN 1 .. size LOOP
                result := result || CASE WHEN i > 1 THEN ',' ELSE '' END || make.some_json(depth - 1 - make.below(2));
            END LOOP;
            RETURN '[' || result || ']';
        WHEN 1 THEN
            FOR i IN 1 .. size LOOP
                result := result || CASE WHEN i > 1 THEN ', ' ELSE '' END ||
                    to_json(CASE make.below(3) WHEN 0 THEN left(md5(random()::text), make.below(3)) ELSE make.some_text() END)::text || ':' ||
                    make.some_json(depth - 1 - make.below(2));
            END LOOP;
            RETURN '{' || result || '}';
        WHEN 2 THEN RETURN make.one_of('null', 'true', 'false', '""', '[]', '{}', '[[]]', '[{}]', repeat('[', 300) || repeat(']', 300));
        WHEN 3 THEN
            LOOP
                result := make.some_numeric()::text;
                EXIT WHEN result !~ 'N|I';
            END LOOP;
            RETURN result;
        ELSE RETURN to_json(make.some_text())::text;
    END CASE;
END
$$;
CREATE TYPE mood AS ENUM ('sad', 'glad', 'a label as long as a name can be in PostgreSQL: sixty-three byt');
CREATE DOMAIN amount AS numeric(12,2);
CREATE DOMAIN document AS jsonb;
CREATE TYPE pair AS (at timestamptz, note text);
SQL

# Of each type how a value is made, and how it is expected to stand in an entry; NULL apart. A % stands for the column.
my $number = "CASE WHEN %::text ~ 'N|I' THEN to_jsonb(%::text) ELSE to_jsonb(%) END";
my $nested = "CASE WHEN jsonb_typeof(%) IN ('array', 'object') THEN % ELSE to_jsonb(%::text) END";
my $text = 'to_jsonb(%::text)';
my $own = 'to_jsonb(%)';
my %types = (
	'boolean' => [ 'make.below(2) = 0', $own ],
	'smallint' => [ 'make.some_integer(32767)::smallint', $own ],
	'integer' => [ 'make.some_integer(2147483647)::integer', $own ],
	'bigint' => [ 'make.some_integer(9223372036854775807)::bigint', $own ],
	'numeric' => [ 'make.some_numeric()', $number ],
	'make.amount' => [ 'make.some_integer(999999999) / 100', $number ],
	'text' => [ 'make.some_text()', $own ],
	'varchar(60)' => [ 'left(make.some_text(), 60)', $own ],
	'char(5)' => [ 'left(make.some_text(), 5)', $own ],
	'name' => [ 'left(make.some_text(), 15)::name', $text ],
	'"char"' => [ q(make.one_of('', 'a', '\377')::"char"), $text ],
	'bytea' => [ q(convert_to(make.some_text(), 'UTF8')), $text ],
	'jsonb' => [ 'make.some_json(2)::jsonb', $nested ],
	'make.document' => [ 'make.some_json(3)::jsonb', $nested ],
	'json' => [ 'make.some_json(1)::json', $text ],
	'uuid' => [ 'md5(random()::text)::uuid', $text ],
	'make.mood' => [ q(make.one_of('sad', 'glad', 'a label as long as a name can be in PostgreSQL: sixty-three byt')::make.mood), $text ],
	'date' => [ 'make.some_moment()::date', $own ],
	'time' => [ q(make.one_of('24:00', '00:00', make.some_moment()::time::text, '12:30:00.5')::time), $text ],
	'timetz' => [ q((coalesce(make.some_moment()::time, '12:00')::text || make.one_of('+00', '-12:30', '+05:45', '+01'))::timetz), $text ],
	'timestamp' => [ 'make.some_moment()', $own ],
	'timestamptz' => [ q(make.some_moment() AT TIME ZONE 'UTC'), $own ],
	'interval' => [ q(make.below(100) * interval '1 month' - make.below(1000000) * interval '1.5 seconds'), $text ],
	'float4' => [ 'make.some_float()::float4', $text ],
	'float8' => [ 'make.some_float()', $text ],
	'integer[]' => [ q(make.one_of(NULL, '{}', '{1,NULL}', '[3:4]={1,2}', '{7}')::integer[]), $text ],
	'text[]' => [ q(ARRAY[make.some_text(), NULL, 'NULL', 'a b']), $text ],
	'numeric[]' => [ 'ARRAY[[make.some_numeric()], [1]]', $text ],
	'jsonb[]' => [ 'ARRAY[make.some_json(1)::jsonb]', $text ],
	'timestamptz[]' => [ q(ARRAY[make.some_moment() AT TIME ZONE 'UTC']), $text ],
	'make.pair' => [ q(ROW(make.some_moment() AT TIME ZONE 'UTC', make.some_text())::make.pair), $text ],
	'int4range' => [ 'int4range(0, make.below(5))', $text ],
	'point' => [ 'point(random(), make.below(5))', $text ],
	'inet' => [ q(make.one_of('127.0.0.1', '10.0.0.0/8', '::1')::inet), $own ],
	'bit varying' => [ 'make.below(1000)::bit(10)::bit varying', $text ]);
my @types = sort keys %types;
# A row of very many columns fits only if most of them are NULL, and small.
my @small = ('boolean', 'smallint', 'integer', '"char"', 'make.mood');

# Where strides and the alignment of what follows the entries change.
my @widths = (0, 1, 2, 3, 31, 32, 33, 34, 63, 64, 65, 96, 97);

my $made = 0;
sub some_table
{
	my $width = $made == 1 ? 1600 : rand() < 0.5 ? $widths[ rand(@widths) ] : int(rand(40));
	my $name = 't' . $made++;
	my @pool = $width > 100 ? @small : @types;
	# Few types, so that neighbours of every kind meet; or many.
	@pool = map { $pool[ rand(@pool) ] } 1 .. 2 if rand() < 0.3;
	my @columns = map { $pool[ rand(@pool) ] } 1 .. $width;
	my $nulls = $width > 100 ? 0.8 : (0, 0.1, 0.5)[ rand(3) ];
	# Columns that are added once there are rows, which then do not have them.
	my $first = $width && rand() < 0.3 ? $width - 1 - int(rand($width < 3 ? $width : 3)) : $width;
	return { name => $name, columns => \@columns, nulls => $nulls, first => $first };
}

# The expressions that make a row's values.
sub values_of
{
	my ($table) = @_;
	return map { "CASE WHEN random() < $table->{nulls} THEN NULL ELSE $types{$_}[0] END" } @{ $table->{columns} };
}

# The expression that a column is updated with: another value, or that of another column of its type, so that the same
# bytes stand for other columns.
sub update_of
{
	my ($table, $column, @values) = @_;
	my $columns = $table->{columns};
	my @alike = grep { $columns->[$_] eq $columns->[$column] } 0 .. $#$columns;
	return $table->{shift} ? "c" . $alike[ rand(@alike) ] : $values[$column];
}

# The expression that makes the array of a row's first columns as it is expected.
sub expected
{
	my ($table, $count) = @_;
	return "'[]'::jsonb" if $count == 0;
	my $i = 0;
	my @values = map {
		my $column = 'c' . $i++;
		my $value = $types{$_}[1] =~ s/%/t.$column/gr;
		"CASE WHEN t.${column} IS NULL AND pg_typeof(t.${column}) <> 'make.pair'::regtype OR t.${column}::text IS NULL THEN 'null'::jsonb ELSE $value END"
	} @{ $table->{columns} }[ 0 .. $count - 1 ];
	return 'to_jsonb(ARRAY[' . join(', ', @values) . ']::jsonb[])';
}

# What the writer's settings are does not matter; what is expected is the text under the exact ones.
my $foreign = q(SET DateStyle = 'German'; SET TimeZone = 'Asia/Kathmandu'; SET extra_float_digits = -3; SET IntervalStyle = iso_8601;
SET bytea_output = escape;);
my $settings = q(RESET DateStyle; RESET IntervalStyle; RESET bytea_output; SET TimeZone = 'UTC'; SET extra_float_digits = 1;
SET search_path = pg_catalog;);

my @problems;
my ($entries, $elements) = (0, 0);
foreach my $round (1 .. $rounds)
{
	my $table = some_table();
	my $name = $table->{name};
	my $width = @{ $table->{columns} };
	my $first = $table->{first};
	my @columns = map { "c$_ $table->{columns}[$_]" } 0 .. $width - 1;
	my $columns = join(', ', @columns[ 0 .. $first - 1 ]);
	my @values = values_of($table);
	my $values = join(', ', @values[ 0 .. $first - 1 ]);
	my $later = join("\n", map {
		rand() < 0.5 ? "ALTER TABLE $name ADD $columns[$_];"
		: "SELECT format('ALTER TABLE $name ADD $columns[$_] DEFAULT %L', ($values[$_])::$table->{columns}[$_]) \\gexec"
	} $first .. $width - 1);
	$table->{shift} = rand() < 0.3;
	my $share = (0.05, 0.3, 1)[ rand(3) ];
	my @changed = grep { rand() < $share } 0 .. $width - 1;
	@changed = (@changed)[ 0 .. 199 ] if @changed > 200;
	my $set = join(', ', map { "c$_ = " . update_of($table, $_, @values) } @changed) || ($width ? 'c0 = c0' : '');
	# A table without columns has rows and nothing to update.
	my $update = $set ? "WITH u AS (UPDATE public.$name t SET $set RETURNING t) INSERT INTO written (t) SELECT t FROM u" : '';
	# Compressed, stored elsewhere, or neither.
	my $storage = join(' ', map { rand() < 0.3 ? "ALTER TABLE $name ALTER c$_ SET STORAGE EXTERNAL;" : '' }
		  grep { $table->{columns}[$_] =~ /^(text|jsonb|bytea)$/ } 0 .. $first - 1);
	my $expected = expected($table, $width);
	my $expected_first = expected($table, $first);
	my $sample = join(', ', map { int(rand($first || 1)) } 1 .. 3);
	my $seed_of_table = $seed % 1000 / 1000 * ($round % 2 ? 1 : -1) + $round / 1e6;

	my $problems = $node->safe_psql('postgres', <<"SQL");
SET client_min_messages = error;
SELECT setseed(@{[ $seed_of_table > 1 ? 1 : $seed_of_table ]});
CREATE TABLE $name ($columns);
$storage
-- What the writer's settings are does not matter.
$foreign
SELECT FROM journal.track('$name');
CREATE TEMP TABLE written (n serial, t public.$name);
WITH w AS (INSERT INTO public.$name AS t SELECT $values FROM generate_series(1, $rows) RETURNING t)
INSERT INTO written (t) SELECT t FROM w;
$settings
CREATE TEMP TABLE inserted AS SELECT n, $expected_first AS image FROM (SELECT n, (t).* FROM written) t;
RESET search_path;
DROP TABLE written;
$later
CREATE TEMP TABLE written (n serial, t public.$name);
SET search_path = pg_catalog;
CREATE TEMP TABLE before AS SELECT row_number() OVER () AS n, $expected AS image FROM public.$name t;
RESET search_path;
$foreign
$update;
$settings
CREATE TEMP TABLE after AS SELECT n, $expected AS image FROM (SELECT n, (t).* FROM written) t;
CREATE TEMP TABLE change AS
    SELECT b.n, (SELECT coalesce(jsonb_agg(p.i), '[]') FROM generate_series(0, $width - 1) p(i) WHERE make.differ(b.image -> p.i, a.image -> p.i)) AS positions,
           b.image AS old, a.image AS new FROM before b JOIN after a USING (n);
CREATE TEMP TABLE last AS SELECT row_number() OVER () AS n, $expected AS image FROM public.$name t;
RESET search_path;
$foreign
DELETE FROM public.$name;
$settings

CREATE TEMP TABLE entry AS SELECT id, operation, journal.unpacked(data) AS data FROM journal.entry WHERE relation = (SELECT max(relation) FROM journal.entry);
SELECT 'insert ' || n || ', c' || make.difference(data, image) FROM (SELECT data, row_number() OVER (ORDER BY id) AS n FROM entry WHERE operation = 'i') e JOIN inserted USING (n) WHERE make.differ(data, image);
SELECT 'delete ' || n || ', c' || make.difference(data, image) FROM (SELECT data, row_number() OVER (ORDER BY id) AS n FROM entry WHERE operation = 'd') e JOIN last USING (n) WHERE make.differ(data, image);
SELECT 'missing' WHERE (SELECT count(*) FROM entry WHERE operation = 'i') <> $rows OR (SELECT count(*) FROM entry WHERE operation = 'd') <> $rows;
WITH changed AS (SELECT positions, old, new, row_number() OVER (ORDER BY n) AS n FROM change WHERE positions <> '[]'),
     expected AS (SELECT n, positions || (SELECT jsonb_agg(old -> p::integer ORDER BY place) FROM jsonb_array_elements_text(positions) WITH ORDINALITY q(p, place))
                         || (SELECT jsonb_agg(new -> p::integer ORDER BY place) FROM jsonb_array_elements_text(positions) WITH ORDINALITY q(p, place)) AS image FROM changed),
     found AS (SELECT data, row_number() OVER (ORDER BY id) AS n FROM entry WHERE operation = 'u')
SELECT 'update ' || n || ': ' || coalesce(left(data::text, 300), 'none') || ' instead of ' || coalesce(left(image::text, 300), 'none')
FROM expected FULL JOIN found USING (n) WHERE make.differ(data, image);
SELECT 'text of ' || id FROM entry WHERE make.differ(data, data::text::jsonb) OR data <> data::text::jsonb;
SELECT 'operators on ' || id FROM entry
WHERE make.differ(data, coalesce((SELECT jsonb_agg(v ORDER BY i) FROM jsonb_array_elements(data) WITH ORDINALITY a(v, i)), '[]'))
   OR make.differ(data, jsonb_path_query_array(data, '\$[*]')) OR NOT data \@> data
   OR operation <> 'u' AND (jsonb_array_length(data) <> CASE operation WHEN 'i' THEN $first ELSE $width END OR EXISTS (
      SELECT FROM inserted b, unnest('{$sample}'::integer[]) p WHERE b.n = id - (SELECT min(id) FROM entry) + 1 AND operation = 'i' AND make.differ(data -> p, b.image -> p)));
SELECT '#' || count(*) || ' ' || coalesce(sum(jsonb_array_length(data)), 0) FROM entry;
SELECT FROM journal.untrack('public.$name');
DROP TABLE public.$name CASCADE;
SQL
	foreach my $line (grep { $_ ne '' } split(/\n/, $problems))
	{
		if ($line =~ /^#(\d+) (\d+)/) { $entries += $1; $elements += $2; }
		else
		{
			my ($type) = $line =~ /, c(\d+)/ ? $table->{columns}[$1] : 'table';
			push @problems, "table $round of $width columns: $line ($type)";
		}
	}
}
is(join("\n", @problems[ 0 .. ($#problems < 9 ? $#problems : 9) ]), '', 'what is stored is what the server makes of the same values');
note("$rounds tables, $entries entries, $elements elements");
cmp_ok($entries, '>=', 2 * $rows * $rounds, 'as many entries as changes');

# What jsonb cannot hold is refused, and the column is named that takes most of it.
my ($status, $out, $error) = $node->psql('postgres', <<'SQL');
\set VERBOSITY verbose
CREATE TABLE large (id integer, note text, body text, other text);
SELECT FROM journal.track('large');
INSERT INTO large SELECT 1, 'small', repeat('x', length), 'small' FROM generate_series(268435427, 268435427) AS length;
SQL
like($error, qr/ERROR:  54000: column "body" of relation "large" makes a change too large for the journal/, 'what is larger than jsonb is refused');

done_testing();
