-- Row-level security: enabled, not forced, so that the owner can dump. What a role sees of the entries is the accounts
-- and the plan's window that journal.visible_since knows; without a policy for INSERT nobody but the owner inserts.
ALTER TABLE journal.entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_window ON journal.entry FOR SELECT
    USING (occurred_at >= journal.visible_since(account));

ALTER TABLE journal.context ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_scope ON journal.context FOR SELECT
    USING (journal.visible_since(account) < 'infinity');

ALTER TABLE journal.session ENABLE ROW LEVEL SECURITY;
CREATE POLICY unconfined ON journal.session FOR SELECT
    USING (journal.is_unconfined());

ALTER TABLE journal.restoration ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_window ON journal.restoration FOR SELECT
    USING (restored_at >= journal.visible_since(account));

ALTER TABLE journal.rename ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_scope ON journal.rename FOR SELECT
    USING (journal.visible_since(account) < 'infinity');
