-- Debian's postgresql-15-tablelog: a C trigger that inserts the old and the new row into a log table of the same columns.
CREATE EXTENSION table_log;
SELECT table_log_init(5, 'crm', 'orders', 'public', 'orders_log');
