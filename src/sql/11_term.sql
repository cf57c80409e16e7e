-- Words of details_text, by language. The shipped rows are replaceable and not dumped.

CREATE TABLE journal.term (
    code     text NOT NULL,
    language text NOT NULL,
    is_core  boolean NOT NULL DEFAULT false,
    text     text NOT NULL,
    PRIMARY KEY (code, language, is_core)
);
COMMENT ON TABLE journal.term IS
    'words of details_text by language: "empty", "masked", "yes", "no", names of columns and of log() keys, forms of '
    'times and numbers, and titles of object types (object_type.<type>); '
    'a row of your own (is_core = false) wins over the shipped one';
