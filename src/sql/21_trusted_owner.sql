-- Whose code may run with the rights of whoever calls a function of ours. The extension's owner alone writes here, and he is
-- a superuser. By oid, so that a role that is renamed is still the same.
CREATE TABLE journal.trusted_owner (
    owner regrole CONSTRAINT trusted_owner_pkey PRIMARY KEY
);
COMMENT ON TABLE journal.trusted_owner IS
    'owners of tables whose code (policies, index expressions, checks of domains, conditions of rules) runs with the rights of '
    'whoever calls a function of the journal, as it does for SELECT; the code of other owners runs with their own rights';
COMMENT ON COLUMN journal.trusted_owner.owner IS 'the role that owns the tables';
