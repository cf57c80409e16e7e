-- Words of details_text, by language. The shipped rows are replaceable and not dumped.

CREATE TABLE journal.term (
    code     text NOT NULL,
    language text NOT NULL,
    is_core  boolean NOT NULL DEFAULT false,
    text     text NOT NULL,
    PRIMARY KEY (code, language, is_core)
);
COMMENT ON TABLE journal.term IS
    'words of details_text by language: "empty", "masked", "yes", "no", and names of columns and of log() keys; '
    'a row of your own (is_core = false) wins over the shipped one';
