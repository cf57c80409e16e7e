-- Who may do what with the journal: levels of access, each a list of ordinary privileges.

CREATE TABLE journal.granted_access (
    role  regrole NOT NULL,
    level text NOT NULL,
    PRIMARY KEY (role, level)
);
COMMENT ON TABLE journal.granted_access IS 'which levels of access journal.grant_access gave to which roles';

CREATE FUNCTION journal.grant_access(level text, role regrole) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_grant_access';
COMMENT ON FUNCTION journal.grant_access(text, regrole) IS
    'gives a role what a level has on the journal (not on tables): reader, auditor, restorer, support or administrator';

CREATE FUNCTION journal.revoke_access(level text, role regrole) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_revoke_access';
COMMENT ON FUNCTION journal.revoke_access(text, regrole) IS
    'takes back what a level has and no other level that the role was given';
