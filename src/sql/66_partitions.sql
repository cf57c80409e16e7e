-- Partitions. Months made later are no members of the extension: a dump holds them.
CREATE FUNCTION journal.equip_partition(partition regclass) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_equip_partition';
COMMENT ON FUNCTION journal.equip_partition(regclass) IS
    'gives a partition of journal.entry what each of them has: indexes, guard, row-level security, replica identity, and '
    'no privileges but the owner''s';

CREATE FUNCTION journal.maintain(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_maintain';
COMMENT ON FUNCTION journal.maintain(integer) IS
    'makes the partitions of this month (UTC) and of so many further ones, and empties the default partition into '
    'months; returns how many it made';

-- Each step is a transaction of its own, which a function cannot have.
CREATE PROCEDURE journal.maintenance(months_ahead integer DEFAULT 3)
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_maintenance';
COMMENT ON PROCEDURE journal.maintenance(integer) IS
    'does what journal.maintain does, then closes the months that are over, and commits after each step; run it once a '
    'month';

SELECT journal.equip_partition('journal.entry_default');

CREATE FUNCTION journal.drop_month(month date) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_drop_month';
COMMENT ON FUNCTION journal.drop_month(date) IS
    'drops the partition of the month (UTC) that a day is in, with all its entries; it has to be over, and the past is unknown before '
    'its end from then on';
