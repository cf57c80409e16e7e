-- The row trigger that everybody writes.
CREATE TABLE public.audit (
    id         bigserial PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    table_name text NOT NULL,
    operation  text NOT NULL,
    actor      text NOT NULL,
    xid        bigint NOT NULL,
    old_row    jsonb,
    new_row    jsonb
);
CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.audit (table_name, operation, actor, xid, new_row)
        VALUES (TG_TABLE_NAME, TG_OP, session_user, txid_current(), to_jsonb(NEW));
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO public.audit (table_name, operation, actor, xid, old_row, new_row)
        VALUES (TG_TABLE_NAME, TG_OP, session_user, txid_current(), to_jsonb(OLD), to_jsonb(NEW));
    ELSE
        INSERT INTO public.audit (table_name, operation, actor, xid, old_row)
        VALUES (TG_TABLE_NAME, TG_OP, session_user, txid_current(), to_jsonb(OLD));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON crm.orders
    FOR EACH ROW EXECUTE FUNCTION public.audit();
