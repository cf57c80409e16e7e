-- Names at event time, of relations that are not tracked themselves.
CREATE TABLE journal.label (
    relation   integer NOT NULL,
    key        text NOT NULL,
    label      text,
    valid_from timestamptz NOT NULL,
    valid_to   timestamptz NOT NULL DEFAULT 'infinity',
    account    text NOT NULL DEFAULT ''
);
CREATE INDEX label_key_idx ON journal.label (relation, key, valid_from);
COMMENT ON TABLE journal.label IS 'names of referenced rows (statuses, types and the like) over time';
COMMENT ON COLUMN journal.label.account IS
    'of a row of a table that is, or was, tracked with its account; only its readers see the name; empty: of none';
