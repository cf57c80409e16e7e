-- What the months' indexes find an object by.

-- The indexes hold its values, so it never changes. Whoever writes to a tracked table evaluates it, by any role
-- (90_privileges.sql); that it is leakproof lets an index be searched under row-level security.
CREATE FUNCTION journal.object_hash(account text, object_type text, object_id text) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_object_hash';
COMMENT ON FUNCTION journal.object_hash(text, text, text) IS
    'the number under which the journal''s indexes hold an object, of the texts'' bytes; other objects may have the same';

CREATE FUNCTION journal.object_hashes(accounts text[], object_types text[], object_ids text[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_object_hashes';
COMMENT ON FUNCTION journal.object_hashes(text[], text[], text[]) IS
    'the same of every object that has one of these accounts, types and ids; NULLs among them count as nothing';
