-- Which deletions have been brought back. Two restores of one deletion meet here.

CREATE TABLE journal.restoration (
    entry          bigint PRIMARY KEY,
    restored_entry bigint,
    restored_at    timestamptz NOT NULL DEFAULT now(),
    restored_by    name NOT NULL,
    reason         text
);
COMMENT ON TABLE journal.restoration IS 'which deletions have been restored, and by which entry';
