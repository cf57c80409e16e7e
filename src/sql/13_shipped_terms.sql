-- The words that the shipped languages have.

INSERT INTO journal.term (code, language, is_core, text) VALUES
    ('empty', 'ru', true, '(пусто)'), ('empty', 'en', true, '(empty)'),
    ('masked', 'ru', true, '(скрыто)'), ('masked', 'en', true, '(hidden)'),
    ('yes', 'ru', true, 'да'), ('yes', 'en', true, 'yes'),
    ('no', 'ru', true, 'нет'), ('no', 'en', true, 'no'),
    ('ip', 'ru', true, 'IP-адрес'), ('ip', 'en', true, 'IP address'),
    ('number', 'ru', true, 'номер'), ('number', 'en', true, 'number'),
    ('duration', 'ru', true, 'длительность'), ('duration', 'en', true, 'duration'),
    ('recording', 'ru', true, 'запись'), ('recording', 'en', true, 'recording'),
    ('recording_url', 'ru', true, 'запись'), ('recording_url', 'en', true, 'recording'),
    ('text', 'ru', true, 'текст'), ('text', 'en', true, 'text'),
    ('rating', 'ru', true, 'оценка'), ('rating', 'en', true, 'rating'),
    ('name', 'ru', true, 'название'), ('name', 'en', true, 'name'),
    ('kind', 'ru', true, 'вид'), ('kind', 'en', true, 'kind'),
    ('quantity', 'ru', true, 'количество'), ('quantity', 'en', true, 'quantity'),
    ('price', 'ru', true, 'цена'), ('price', 'en', true, 'price'),
    ('reason', 'ru', true, 'причина'), ('reason', 'en', true, 'reason');
