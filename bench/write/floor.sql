-- The least that a trigger can do: it puts a row that is ready into a log with one index (floor.cpp).
CREATE FUNCTION public.write_ready() RETURNS trigger LANGUAGE C AS 'journal_floor', 'write_ready';
CREATE TRIGGER write_ready AFTER INSERT OR UPDATE OR DELETE ON crm.orders
    FOR EACH ROW EXECUTE FUNCTION public.write_ready();
