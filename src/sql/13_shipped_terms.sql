-- The words that the shipped languages have: terms, titles of object types, and titles of events of restored objects.

INSERT INTO journal.term (code, language, is_core, text)
SELECT shipped.code, term.language, true, term.text
FROM (VALUES
    ('empty', '(пусто)', '(empty)'),
    ('masked', '(скрыто)', '(hidden)'),
    ('yes', 'да', 'yes'),
    ('no', 'нет', 'no'),
    ('ip', 'IP-адрес', 'IP address'),
    ('number', 'номер', 'number'),
    ('duration', 'длительность', 'duration'),
    ('recording', 'запись', 'recording'),
    ('recording_url', 'запись', 'recording'),
    ('text', 'текст', 'text'),
    ('rating', 'оценка', 'rating'),
    ('name', 'название', 'name'),
    ('kind', 'вид', 'kind'),
    ('quantity', 'количество', 'quantity'),
    ('price', 'цена', 'price'),
    ('reason', 'причина', 'reason'),
    ('format.date', 'DD.MM.YYYY', 'YYYY-MM-DD'),
    ('format.time', 'HH24:MI', 'HH24:MI'),
    ('format.group', ' ', ','),
    ('format.decimal', ',', '.'),
    ('format.bytes', '# байт', '# bytes')
) AS shipped (code, ru, en),
LATERAL (VALUES ('ru', coalesce(ru, en)), ('en', en)) AS term (language, text);

INSERT INTO journal.term (code, language, is_core, text)
SELECT term.code, term.language, true, term.text
FROM (VALUES
    ('task', 'Задача', 'Task', 'Задача восстановлена'),
    ('ticket', 'Обращение', 'Ticket', 'Обращение восстановлено'),
    ('order', 'Заказ', 'Order', 'Заказ восстановлен'),
    ('order_item', 'Позиция заказа', 'Order item', 'Позиция заказа восстановлена'),
    ('sale', 'Продажа', 'Sale', 'Продажа восстановлена'),
    ('fiscal_receipt', 'Фискальный чек', 'Fiscal receipt', 'Фискальный чек восстановлен'),
    ('invoice', 'Счет', 'Invoice', 'Счет восстановлен'),
    ('cash_register', 'Касса', 'Cash register', 'Касса восстановлена'),
    ('customer_refund', 'Возврат клиенту', 'Customer refund', 'Возврат клиенту восстановлен'),
    ('product', 'Товар', 'Product', 'Товар восстановлен'),
    ('stock_receipt', 'Оприходование', 'Stock receipt', 'Оприходование восстановлено'),
    ('write_off', 'Списание', 'Write-off', 'Списание восстановлено'),
    ('supplier_return', 'Возврат поставщику', 'Supplier return', 'Возврат поставщику восстановлен'),
    ('stock_count', 'Инвентаризация', 'Stock count', 'Инвентаризация восстановлена'),
    ('stock_transfer', 'Перемещение', 'Stock transfer', 'Перемещение восстановлено'),
    ('client', 'Клиент', 'Client', 'Клиент восстановлен'),
    ('client_review', 'Отзыв клиента', 'Client review', 'Отзыв клиента восстановлен'),
    ('call', 'Звонок', 'Call', 'Звонок восстановлен'),
    ('sms', 'SMS', 'SMS', 'SMS восстановлено'),
    ('employee', 'Сотрудник', 'Employee', 'Сотрудник восстановлен'),
    ('location', 'Локация', 'Location', 'Локация восстановлена'),
    ('warehouse', 'Склад', 'Warehouse', 'Склад восстановлен'),
    ('bonus', 'Бонус', 'Bonus', 'Бонус восстановлен'),
    ('order_comment', 'Комментарий в заказе', 'Order comment', 'Комментарий в заказе восстановлен'),
    ('order_file', 'Файл в заказе', 'Order file', 'Файл в заказе восстановлен')
) AS shipped (object_type, ru, en, restored),
LATERAL (VALUES
    ('object_type.' || object_type, 'ru', coalesce(ru, en)),
    ('object_type.' || object_type, 'en', en),
    ('event.' || object_type || '.restored', 'ru', coalesce(restored, en || ' restored')),
    ('event.' || object_type || '.restored', 'en', en || ' restored')) AS term (code, language, text);

DROP FUNCTION journal.shipped_text(bytea);
