-- Accounts: stating them, and what a caller sees of them.

CREATE FUNCTION journal.set_account(account text, plan text DEFAULT NULL, time_zone text DEFAULT NULL,
                                    language text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_set_account';
COMMENT ON FUNCTION journal.set_account(text, text, text, text) IS
    'states an account''s plan, time zone and language; NULL leaves a value, '''' means the default';

CREATE FUNCTION journal.reader_account() RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'journal_reader_account';
COMMENT ON FUNCTION journal.reader_account() IS
    'the account whose journal the caller reads: event_journal.account, or the only one that journal.role_account lists for it';

CREATE FUNCTION journal.visible_since(account text) RETURNS timestamptz
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'journal_visible_since';
COMMENT ON FUNCTION journal.visible_since(text) IS
    'the first moment of that account''s journal that the caller sees: -infinity, the start of the plan''s window, or infinity (nothing)';

CREATE FUNCTION journal.is_unconfined() RETURNS boolean
LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'journal_is_unconfined';
COMMENT ON FUNCTION journal.is_unconfined() IS
    'whether the caller sees facts that belong to no account: journal.role_account does not confine it to some accounts';
