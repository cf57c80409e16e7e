-- The support right. A role name is the cluster's, a grant is the database's: it is dumped with it.
CREATE FUNCTION journal.support() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true;
COMMENT ON FUNCTION journal.support() IS
    'marks the support right: whoever has EXECUTE on it may restore what only support may; calling it does nothing';

CREATE FUNCTION journal.importer() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true;
COMMENT ON FUNCTION journal.importer() IS
    'marks the right to import: whoever has EXECUTE on it may log what occurred earlier; calling it does nothing';

CREATE FUNCTION journal.any_object_type() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true;
COMMENT ON FUNCTION journal.any_object_type() IS
    'marks the right to track a table as employee or location, or as an object type that was another table''s; '
    'whoever has EXECUTE on it may; calling it does nothing';
