-- Which deletions have been brought back. Two restores of one deletion meet here.

CREATE TABLE journal.restoration (
    entry          bigint PRIMARY KEY,
    restored_entry bigint,
    restored_at    timestamptz NOT NULL DEFAULT now(),
    restored_by    name NOT NULL,
    reason         text,
    account        text NOT NULL
);
COMMENT ON TABLE journal.restoration IS 'which deletions have been restored, and by which entry';
COMMENT ON COLUMN journal.restoration.account IS 'of the deletion: who may read that one, may read this';
