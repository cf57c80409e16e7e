-- The words that the shipped languages have.

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

DROP FUNCTION journal.shipped_text(bytea);
