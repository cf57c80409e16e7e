-- Accounts (tenants), what their plans allow, and which roles are confined to which accounts.

CREATE TABLE journal.plan (
    code          text NOT NULL,
    is_core       boolean NOT NULL DEFAULT false,
    has_journal   boolean NOT NULL DEFAULT true,
    report_window interval CHECK (report_window > interval '0'),
    PRIMARY KEY (code, is_core)
);
COMMENT ON TABLE journal.plan IS
    'what a plan of the CRM allows; a row of your own (is_core = false) wins over the shipped one of the same code';
COMMENT ON COLUMN journal.plan.report_window IS
    'how far back reports reach, always counted from now and with no choice of dates; NULL: any dates';
INSERT INTO journal.plan (code, is_core, has_journal, report_window) VALUES
    ('free', true, false, NULL), ('startup', true, true, '30 days'), ('business', true, true, NULL);

CREATE TABLE journal.account (
    account   text PRIMARY KEY,
    plan      text NOT NULL DEFAULT 'business',
    time_zone text,
    language  text
);
COMMENT ON TABLE journal.account IS
    'accounts as set_account states them; one without a row has plan business and the database''s time zone';

CREATE TABLE journal.role_account (
    role    regrole NOT NULL,
    account text CHECK (pg_catalog.octet_length(account) <= 500)
);
CREATE UNIQUE INDEX role_account_key ON journal.role_account (role, (account IS NULL), (coalesce(account, '')));
COMMENT ON TABLE journal.role_account IS
    'a role listed here (or a member of it) reads and writes only these accounts, whatever it sets; account NULL: every account';
COMMENT ON COLUMN journal.role_account.role IS 'the role itself: it stays the same when it is renamed; dumped by name';

CREATE FUNCTION journal.invalidate_accounts() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_invalidate_accounts';
COMMENT ON FUNCTION journal.invalidate_accounts() IS
    'trigger function that has every session read anew to which accounts roles are confined';

CREATE TRIGGER invalidate_accounts AFTER INSERT OR UPDATE OR DELETE ON journal.role_account
    FOR EACH ROW EXECUTE FUNCTION journal.invalidate_accounts();
ALTER TABLE journal.role_account ENABLE ALWAYS TRIGGER invalidate_accounts;
CREATE TRIGGER invalidate_all_accounts AFTER TRUNCATE ON journal.role_account
    FOR EACH STATEMENT EXECUTE FUNCTION journal.invalidate_accounts();
ALTER TABLE journal.role_account ENABLE ALWAYS TRIGGER invalidate_all_accounts;
