-- What the months' indexes are made of.

-- The indexes hold their values, so they never change. Whoever writes to a tracked table evaluates them, by any role
-- (90_privileges.sql); that they are leakproof lets an index be searched under row-level security.
CREATE FUNCTION journal.object_hash(account text, object_type text, object_id text) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_object_hash';
COMMENT ON FUNCTION journal.object_hash(text, text, text) IS
    'the number under which the journal''s indexes hold an object, of the texts'' bytes; other objects may have the same';

CREATE FUNCTION journal.deletion_hash(account text, object_type text, object_id text) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_deletion_hash';
COMMENT ON FUNCTION journal.deletion_hash(text, text, text) IS
    'the number under which the index on objects holds deletions of an object: that of the object, with one bit more';

CREATE FUNCTION journal.entry_hash(account text, object_type text, object_id text, operation "char") RETURNS bigint
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_entry_hash';
COMMENT ON FUNCTION journal.entry_hash(text, text, text, "char") IS
    'the number under which the index on objects holds an entry: deletion_hash of its object for operation d, else object_hash';

CREATE FUNCTION journal.entry_hashes(account_hashes bigint[], object_types text[], object_ids text[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_entry_hashes';
COMMENT ON FUNCTION journal.entry_hashes(bigint[], text[], text[]) IS
    'object_hash and deletion_hash of every object in an account of one of these numbers, with one of these types and ids; '
    'NULLs among them count as nothing';

CREATE FUNCTION journal.object_hashes(account_hashes bigint[], object_types text[], object_ids text[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_object_hashes';
COMMENT ON FUNCTION journal.object_hashes(bigint[], text[], text[]) IS
    'object_hash of every object that is in an account of one of these numbers, and has one of these types and ids; NULLs among them count as nothing';

-- Of one row, numbers of fixed width: the time key.
CREATE FUNCTION journal.account_hash(account text) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_account_hash';
COMMENT ON FUNCTION journal.account_hash(text) IS
    'the number under which the journal''s indexes hold an account, of the text''s bytes; other accounts may have the same';

CREATE FUNCTION journal.account_hashes(accounts text[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_account_hashes';
COMMENT ON FUNCTION journal.account_hashes(text[]) IS 'the same of each of these accounts; NULLs among them count as nothing';

CREATE FUNCTION journal.event_key(event_type integer, reported boolean, operation "char") RETURNS integer
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_event_key';
COMMENT ON FUNCTION journal.event_key(integer, boolean, "char") IS
    'event_type * 8, + 4 of a reported event, + 0 to 3 of operation i, u, d, l: what an entry tells of, as the indexes hold it';

-- All that the index on time holds behind the id. An entry without a location or an employee needs no map of NULLs there.
CREATE FUNCTION journal.entry_facts(event_type integer, reported boolean, operation "char", location text, employee text) RETURNS bigint
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_entry_facts';
COMMENT ON FUNCTION journal.entry_facts(integer, boolean, "char", text, text) IS
    'event_key in the highest 24 bits, then the highest 20 of text_hash of the location and of the employee';

-- Not strict, so that an entry without a location or an employee needs no map of NULLs in the index.
CREATE FUNCTION journal.text_hash(value text) RETURNS integer
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_text_hash';
COMMENT ON FUNCTION journal.text_hash(text) IS
    'the number under which the journal''s indexes hold a location or an employee, of the text''s bytes; 0 for NULL; other texts may have the same';
