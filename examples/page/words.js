// What the page says, in Russian and English. What the journal says itself (titles of events, details, groups, names of
// columns) comes from the database in the language asked for; its errors come in English, with a SQLSTATE, under which
// the ones that people meet have a sentence here. `{}` stands for a value.
'use strict';

const WORDS = {
    ru: {
        title: 'Журнал событий', skip: 'К содержанию', person: 'Кто смотрит', languages: 'Язык', views: 'Разделы',
        journal: 'События', deleted: 'Удалённые объекты', history: 'История: {}',
        plan: '{}, тариф {}', filters: 'Отбор', search: 'Поиск', period: 'Период', all_time: 'За всё время', today: 'Сегодня', yesterday: 'Вчера',
        this_week: 'Эта неделя', this_month: 'Этот месяц', last_week: 'Прошлая неделя', last_month: 'Прошлый месяц',
        custom: 'Свои даты', date_from: 'С', date_to: 'По', window: 'Последние 30 дней',
        no_dates: 'На этом тарифе отчёт всегда за последние 30 дней: даты можно выбирать на более высоких тарифах.',
        location: 'Локации', employee: 'Сотрудники', event: 'События', all: 'все', chosen: 'выбрано {}', of_group: 'все события группы',
        kinds: 'По виду', created: 'Создание', deleted_kind: 'Удаление', changed: 'Изменение', other: 'Прочее',
        apply: 'Применить', reset: 'Сбросить', gone: 'нет',
        time: 'Время', location_column: 'Локация', employee_column: 'Сотрудник', object_column: 'Объект',
        event_column: 'Событие', details_column: 'Дополнительно', action_column: 'Действие',
        newest_first: 'сначала новые; нажмите, чтобы начать со старых', oldest_first: 'сначала старые; нажмите, чтобы начать с новых',
        no_longer: 'удалён', backfilled: 'внесено позже', recording: 'Запись разговора', loading: 'Загрузка…',
        rows: 'Строк на странице: {}', nothing: 'Ничего не найдено', next: 'Следующая страница', first: 'К первой странице',
        restore: 'Восстановить', restore_of: 'Восстановить: {}', restorable: 'Можно восстановить',
        support: 'Обратиться в поддержку',
        support_text: 'Удалённый заказ может вернуть только служба поддержки. Напишите ей и укажите:',
        support_reference: '{}, запись журнала № {}', close: 'Закрыть', cancel: 'Отмена',
        related: 'Вернуть вместе с ним', related_none: 'ничего больше', related_children: 'то, что было удалено вместе с ним',
        related_parents: 'то, на что он ссылается', related_all: 'и то, и другое',
        plan_of: 'Что произойдёт', insert: 'вернётся', update: 'получит ссылку обратно', values: 'Вернуть с другими значениями',
        needed: 'нужно другое значение', check: 'Проверить', ready: 'Ничто не мешает. Строк: {}', obstacles: 'Помех: {}',
        reason: 'Причина', done: 'Готово', restored: 'восстановлен', updated: 'ссылка возвращена', left_alone: 'оставлен как есть',
        skipped: 'пропущен', by_trigger: 'изменён триггером', replaced: 'заменён', empty: '(пусто)',
        failed: 'Не получилось', unreachable: 'Сервер не отвечает.',
    },
    en: {
        title: 'Event journal', skip: 'To the content', person: 'Who looks', languages: 'Language', views: 'Views',
        journal: 'Events', deleted: 'Deleted objects', history: 'History: {}',
        plan: '{}, plan {}', filters: 'Filters', search: 'Search', period: 'Period', all_time: 'All time', today: 'Today', yesterday: 'Yesterday',
        this_week: 'This week', this_month: 'This month', last_week: 'Last week', last_month: 'Last month',
        custom: 'Own dates', date_from: 'From', date_to: 'To', window: 'Last 30 days',
        no_dates: 'On this plan the report always covers the last 30 days: dates can be chosen on higher plans.',
        location: 'Locations', employee: 'Employees', event: 'Events', all: 'all', chosen: '{} chosen', of_group: 'all events of the group',
        kinds: 'By kind', created: 'Created', deleted_kind: 'Deleted', changed: 'Changed', other: 'Other',
        apply: 'Apply', reset: 'Reset', gone: 'gone',
        time: 'Time', location_column: 'Location', employee_column: 'Employee', object_column: 'Object',
        event_column: 'Event', details_column: 'Details', action_column: 'Action',
        newest_first: 'newest first; press to begin with the oldest', oldest_first: 'oldest first; press to begin with the newest',
        no_longer: 'deleted', backfilled: 'added later', recording: 'Recording of the call', loading: 'Loading…',
        rows: 'Rows on this page: {}', nothing: 'Nothing found', next: 'Next page', first: 'To the first page',
        restore: 'Restore', restore_of: 'Restore: {}', restorable: 'Can be restored',
        support: 'Contact support',
        support_text: 'Only support can bring a deleted order back. Write to them, and name:',
        support_reference: '{}, journal entry {}', close: 'Close', cancel: 'Cancel',
        related: 'Bring back with it', related_none: 'nothing else', related_children: 'what was deleted together with it',
        related_parents: 'what it refers to', related_all: 'both',
        plan_of: 'What will happen', insert: 'comes back', update: 'gets its reference back', values: 'Bring back with other values',
        needed: 'another value is needed', check: 'Check', ready: 'Nothing stands in the way. Rows: {}', obstacles: 'Obstacles: {}',
        reason: 'Reason', done: 'Done', restored: 'restored', updated: 'reference set back', left_alone: 'left alone',
        skipped: 'left out', by_trigger: 'changed by a trigger', replaced: 'replaced', empty: '(empty)',
        failed: 'That did not work', unreachable: 'The server does not answer.',
    },
};

const PROBLEMS = {
    ru: {
        JE001: 'Такого кода нет.', JE002: 'На вашем тарифе журнала событий нет. Он доступен с тарифа startup.',
        JE003: 'На вашем тарифе нельзя выбирать даты.', JE010: 'Это нельзя восстановить.',
        JE011: 'Это может восстановить только служба поддержки.', JE012: 'Уже восстановлено.',
        JE013: 'Ключ или другое уникальное значение занято.', JE014: 'Нет объекта, на который он ссылается.',
        JE015: 'В журнале нет удалённой строки.', JE016: 'Таблица изменилась так, что строка в неё не подходит.',
        JE017: 'Триггер таблицы меняет строку.', JE018: 'Такой записи нет.', JE020: 'Ссылка на страницу не подходит к этому отбору.',
        JE064: 'Значение скрыто, журнал его не хранит.', 42501: 'На это нет прав.', 22004: 'Нужно указать причину.',
    },
    en: {
        JE001: 'There is no such code.', JE002: 'Your plan has no event journal. It comes with the plan startup.',
        JE003: 'Your plan allows no choice of dates.', JE010: 'This cannot be restored.',
        JE011: 'Only support can restore this.', JE012: 'It is restored already.',
        JE013: 'The key or another unique value is in use.', JE014: 'What it refers to does not exist.',
        JE015: 'The journal does not hold the deleted row.', JE016: 'The table has changed, and the row does not fit.',
        JE017: 'A trigger of the table changes the row.', JE018: 'There is no such entry.', JE020: 'The link to the page belongs to other filters.',
        JE064: 'The value is hidden, the journal does not keep it.', 42501: 'You have no right to do this.', 22004: 'A reason is needed.',
    },
};

// What the sample CRM's types of objects are called; a type that is missing is shown by its code.
const TYPES = {
    ru: {
        account: 'Аккаунт', bonus: 'Бонус', bonus_application: 'Начисление', call: 'Звонок', cash_register: 'Касса', client: 'Клиент',
        client_review: 'Отзыв', customer_refund: 'Возврат клиенту', device: 'Изделие', employee: 'Сотрудник',
        fiscal_receipt: 'Чек', invoice: 'Счёт', location: 'Локация', order: 'Заказ', order_comment: 'Комментарий',
        order_file: 'Файл', order_item: 'Позиция', product: 'Товар', sale: 'Продажа', sms: 'SMS', stock_count: 'Инвентаризация',
        stock_receipt: 'Поступление', stock_transfer: 'Перемещение', supplier_return: 'Возврат поставщику', task: 'Задача',
        ticket: 'Обращение', warehouse: 'Склад', write_off: 'Списание',
    },
    en: {
        account: 'Account', bonus: 'Bonus', bonus_application: 'Applied bonus', call: 'Call', cash_register: 'Cash register', client: 'Client',
        client_review: 'Review', customer_refund: 'Refund', device: 'Device', employee: 'Employee',
        fiscal_receipt: 'Receipt', invoice: 'Invoice', location: 'Location', order: 'Order', order_comment: 'Comment',
        order_file: 'File', order_item: 'Item', product: 'Product', sale: 'Sale', sms: 'SMS', stock_count: 'Stock count',
        stock_receipt: 'Stock receipt', stock_transfer: 'Transfer', supplier_return: 'Return to supplier', task: 'Task',
        ticket: 'Ticket', warehouse: 'Warehouse', write_off: 'Write-off',
    },
};
