-- Months that are over: what is known of each, so that who looks for what a month does not hold passes it by.
--
-- journal.maintenance() sums a month up once it is over. Whoever writes into it afterwards says so in journal.late_write, in the
-- same transaction; from then on the summary counts for nothing until the next maintenance. All of this is each server's own,
-- and no dump holds it.
CREATE TABLE journal.closed_month (
    relation_oid      oid NOT NULL,
    incarnation       uuid NOT NULL,
    entries           bigint NOT NULL,
    indexed_entries   bigint,
    moved_types       bigint[] NOT NULL,
    summarised_at     timestamptz NOT NULL,
    first_id          bigint,
    last_id           bigint,
    first_transaction xid8,
    last_transaction  xid8,
    PRIMARY KEY (relation_oid, incarnation)
);
COMMENT ON TABLE journal.closed_month IS 'months that journal.maintenance has summed up';
COMMENT ON COLUMN journal.closed_month.relation_oid IS 'the partition; meaningful within the same incarnation';
COMMENT ON COLUMN journal.closed_month.incarnation IS 'the incarnation of the journal in which it was summed up';
COMMENT ON COLUMN journal.closed_month.entries IS 'how many entries it had then';
COMMENT ON COLUMN journal.closed_month.indexed_entries IS 'how many it had when its indexes were rebuilt; NULL: they have not been';
COMMENT ON COLUMN journal.closed_month.moved_types IS
    'a number of each object type (journal.object_hash, its last 48 bits 0) of which an object''s key changed in it';
COMMENT ON COLUMN journal.closed_month.summarised_at IS 'when it was summed up last';
COMMENT ON COLUMN journal.closed_month.first_id IS 'the smallest id of its entries; NULL: it has none';
COMMENT ON COLUMN journal.closed_month.last_id IS 'the greatest id of its entries';
COMMENT ON COLUMN journal.closed_month.first_transaction IS 'the smallest transaction_id of its entries, of whichever incarnation';
COMMENT ON COLUMN journal.closed_month.last_transaction IS 'the greatest transaction_id of its entries, of whichever incarnation';

CREATE TABLE journal.month_summary (
    relation_oid oid NOT NULL,
    incarnation  uuid NOT NULL,
    account      bigint NOT NULL,
    entries      bigint NOT NULL,
    present      bytea NOT NULL,
    combinations bytea,
    PRIMARY KEY (relation_oid, incarnation, account)
);
COMMENT ON TABLE journal.month_summary IS
    'what the entries of a closed month have, for each account; journal.month_combinations unpacks it';
COMMENT ON COLUMN journal.month_summary.relation_oid IS 'as in journal.closed_month';
COMMENT ON COLUMN journal.month_summary.incarnation IS 'as in journal.closed_month';
COMMENT ON COLUMN journal.month_summary.account IS 'journal.account_hash of the account';
COMMENT ON COLUMN journal.month_summary.entries IS 'how many entries the account had in the month';
COMMENT ON COLUMN journal.month_summary.present IS 'the event keys, locations and employees that occur, packed';
COMMENT ON COLUMN journal.month_summary.combinations IS
    'which of them occur together, and how often, packed; NULL: too many to be kept';

-- A page asks for each of its objects whether it was deleted since; so the deletions of all closed months are looked up together.
CREATE TABLE journal.month_deletion (
    relation_oid oid NOT NULL,
    incarnation  uuid NOT NULL,
    account      bigint NOT NULL,
    occurred_at  timestamptz NOT NULL,
    entry        bigint NOT NULL,
    object       bigint NOT NULL
);
CREATE INDEX month_deletion_time_idx ON journal.month_deletion (relation_oid, incarnation, account, occurred_at, entry);
CREATE INDEX month_deletion_object_idx ON journal.month_deletion USING hash (object);
ALTER TABLE journal.month_deletion REPLICA IDENTITY FULL;
COMMENT ON TABLE journal.month_deletion IS 'the deletions of closed months, of whichever object';
COMMENT ON COLUMN journal.month_deletion.relation_oid IS 'as in journal.closed_month';
COMMENT ON COLUMN journal.month_deletion.incarnation IS 'as in journal.closed_month';
COMMENT ON COLUMN journal.month_deletion.account IS 'journal.account_hash of the account';
COMMENT ON COLUMN journal.month_deletion.occurred_at IS 'as in journal.entry';
COMMENT ON COLUMN journal.month_deletion.entry IS 'the id of the deletion''s entry';
COMMENT ON COLUMN journal.month_deletion.object IS 'journal.object_hash of the object that was deleted';

CREATE TABLE journal.late_write (
    relation_oid oid NOT NULL,
    incarnation  uuid NOT NULL
);
CREATE INDEX late_write_month ON journal.late_write (relation_oid, incarnation);
ALTER TABLE journal.late_write REPLICA IDENTITY FULL;
COMMENT ON TABLE journal.late_write IS
    'closed months that were written to after they were summed up: a row for each transaction that did';
COMMENT ON COLUMN journal.late_write.relation_oid IS 'as in journal.closed_month';
COMMENT ON COLUMN journal.late_write.incarnation IS 'as in journal.closed_month';

-- The extension itself writes past triggers, and asks for this one.
CREATE FUNCTION journal.note_late_write() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_note_late_write';
COMMENT ON FUNCTION journal.note_late_write() IS
    'trigger function of closed months, which says in journal.late_write that somebody writes to one';

CREATE FUNCTION journal.month_combinations(month regclass)
RETURNS TABLE (account bigint, event_key integer, location integer, employee integer, entries bigint)
LANGUAGE C STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_month_combinations';
COMMENT ON FUNCTION journal.month_combinations(regclass) IS
    'the summary of a closed month: how often event keys, locations and employees occur together for an account; nothing '
    'where it is out of date';

CREATE FUNCTION journal.month_may_hold(month regclass, account text, event_types integer[] DEFAULT NULL,
                                       locations text[] DEFAULT NULL, employees text[] DEFAULT NULL) RETURNS boolean
LANGUAGE C STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_month_may_hold';
COMMENT ON FUNCTION journal.month_may_hold(regclass, text, integer[], text[], text[]) IS
    'false if the summary of a month says that it has no entry of an account with these event types, locations and '
    'employees (NULL: any)';
