#!/usr/bin/python3
"""Drives the page of examples/page in a browser: filters, order, pages, histories, restoring and its refusals, hostile
texts, both languages, narrow and wide, by mouse and by keyboard, and as a screen reader finds it.

usage: page_test.py BROWSER PROFILE-FOLDER URL     with PGHOST, PGPORT of the server with the database crm_demo
"""
import json
import re
import sys
import urllib.request
from collections import Counter

import psycopg2

from browser import Browser

browser = Browser(sys.argv[1], sys.argv[2])
URL = sys.argv[3]
number = failed = 0


def ok(condition, title, found=None):
    global number, failed
    number += 1
    if not condition:
        failed += 1
    print(f'{"ok" if condition else "not ok"} {number} - {title}', flush=True)
    if not condition:
        print(f'#   found: {found!r}', flush=True)


def same(found, expected, title):
    ok(found == expected, title, found)
    if found != expected:
        print(f'#   expected: {expected!r}', flush=True)


def sql(query, *arguments):
    with psycopg2.connect(dbname='crm_demo', user='postgres') as connection, connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall() if cursor.description else None


def show(query=''):
    if not browser.open(URL + query):
        raise RuntimeError(f'{query} is not drawn')


def until(condition, title):
    ok(browser.wait(condition), title, browser.evaluate('document.body.innerText')[:3000])


def column(n):
    return browser.texts(f'#rows tbody td:nth-child({n})')


def entries():
    return browser.evaluate('[...document.querySelectorAll("#rows tbody tr")].map((row) => row.dataset.entry)')


def mark_row(text, selector='td:last-child button'):
    """Gives an element of the row with a text an id to be clicked by."""
    ok(browser.evaluate(f"""(() => {{
        document.querySelector('#marked')?.removeAttribute('id');
        const row = [...document.querySelectorAll('#rows tbody tr')]
            .find((r) => r.textContent.includes({json.dumps(text)}) && r.querySelector({json.dumps(selector)}));
        const found = row?.querySelector({json.dumps(selector)});
        if (found) found.id = 'marked';
        return Boolean(found);
    }})()"""), f'a row of {text}')


def fits(title):
    same(browser.evaluate('document.documentElement.scrollWidth <= innerWidth'), True, f'{title}: nothing sticks out')


def all_named(title):
    """Everything that takes input has a name that a screen reader can say."""
    roles = {'button', 'link', 'textbox', 'checkbox', 'combobox', 'table', 'dialog', 'Audio', 'DisclosureTriangle', 'Date'}
    same([role for role, name in browser.accessible() if role in roles and not name.strip()], [], f'{title}: all is named')


DIALOG = "document.querySelector('#dialog').open"
PLAN = "document.querySelector('#dialog .plan li')"
BUSY = "document.querySelector('#rows').getAttribute('aria-busy') === 'true'"
DRAWN = Browser.DRAWN


# ---- The report, wide, in Russian

browser.size(1600, 1000)
show()
same(browser.evaluate('[document.documentElement.lang, document.title]'), ['ru', 'События · Журнал событий'], 'the page, in Russian')
same(len(column(1)), 25, 'a page of rows')
same(browser.texts('#rows th'), ['Время ▼\n(сначала новые; нажмите, чтобы начать со старых)', 'Локация', 'Сотрудник', 'Объект', 'Событие',
                                 'Дополнительно', 'Действие'], 'its columns')
fits('wide')
all_named('the report')
found = browser.accessible()
ok(('table', 'События') in found and ('heading', 'Журнал событий') in found and ('main', '') in found, 'a table under a heading', found[:40])
same(sum(role == 'row' for role, _ in found), 26, 'with rows')

# Filters.
browser.click('#choice-event summary')
browser.click('#choice-event input[value="client.deleted"]')
browser.click('#choice-event input[value="group:communications"]')
browser.click('#choice-event summary')
browser.click('#choice-location summary')
browser.click('#choice-location input[value="1"]')
browser.click('#filters button.main')
until("location.search.includes('location=1') && " + DRAWN, 'Apply puts the filters into the address')
same(browser.evaluate("[...new URLSearchParams(location.search)].sort().join(' ')"),
     'as,sokolova event,client.deleted event,group:communications lang,ru location,1 view,journal', 'all of them')
same(set(column(2)), {'Центр'}, 'rows of the location')
ok(set(column(5)) <= {'Клиент удален', 'SMS отправлено', 'Входящий звонок', 'Исходящий звонок'}, 'and of the events', set(column(5)))
shown = entries()
show(browser.evaluate('location.search'))
same(entries(), shown, 'the address alone shows the same')
same(browser.texts('#filters summary b'), ['выбрано 1', 'все', 'выбрано 2'], 'and the filters say so')
browser.evaluate('history.back()')
until(f"!location.search.includes('location=1') && {DRAWN} && document.querySelectorAll('#rows tbody tr').length === 25", 'back')
same(browser.texts('#filters summary b'), ['все', 'все', 'все'], 'is without filters')

# A search.
browser.evaluate("document.querySelector('input[name=search]').value = ' готов '")
browser.click('#filters button.main')
until("new URLSearchParams(location.search).get('search') === 'готов' && " + DRAWN, 'a search is in the address')
ok(all('готов' in row.lower() for row in browser.texts('#rows tbody tr')) and entries(), 'and all rows have its word')
browser.evaluate('history.back()')
until(f"!location.search.includes('search') && {DRAWN} && document.querySelectorAll('#rows tbody tr').length === 25", 'back from it')

# A call has its recording.
show('?as=sokolova&event=call.incoming')
browser.evaluate("document.querySelector('audio').load()")
until("document.querySelector('audio').preload = 'auto', document.querySelector('audio').duration === 1", 'a recording can be played')
same(browser.evaluate("document.querySelectorAll('audio').length"), len(column(1)), 'each call has one')

# Own dates.
show()
same(browser.evaluate("document.querySelector('input[type=date]').checkVisibility()"), False, 'dates are out of the way')
browser.choose('#filters select', 'custom')
same(browser.evaluate("document.querySelector('input[type=date]').checkVisibility()"), True, 'until own dates are chosen')
browser.evaluate("document.querySelector('input[name=from]').value = '2001-01-01'; document.querySelector('input[name=to]').value = '2001-01-31'")
browser.click('#filters button.main')
until("document.querySelector('#status').textContent === 'Ничего не найдено'", 'own dates')
browser.choose('#filters select', 'today')
browser.click('#filters button.main')
until(f"location.search.includes('period=today') && !location.search.includes('2001') && document.querySelectorAll('#rows tbody tr').length === 25",
      'a preset')

# The order, by mouse and by keyboard; the focus stays.
newest = entries()
browser.click('#sort')
until(f"location.search.includes('sort=asc') && {DRAWN} && document.querySelector('th[aria-sort=ascending]')", 'a click on the heading: oldest first')
oldest = entries()
ok(int(oldest[0]) < int(oldest[-1]) < int(newest[-1]), 'the oldest rows', (oldest, newest))
until("document.activeElement.id === 'sort'", 'the heading keeps the focus')
browser.key('Enter')
until(f"!location.search.includes('sort=asc') && {DRAWN} && document.querySelector('th[aria-sort=descending]')", 'Enter: newest first')
same(entries(), newest, 'the newest rows')

# Pages.
seen = list(newest)
for page in (2, 3):
    browser.click('#next')
    until(f"{DRAWN} && document.querySelector('#rows tbody tr').dataset.entry !== {json.dumps(seen[-25])}", f'page {page}')
    seen += entries()
same(len(set(seen)), 75, 'three pages, no row twice')
same(seen, [str(e) for e, in sql("SET event_journal.account = 'rembyt'; SELECT entry FROM journal.report('today', page_size => 75)")],
     'and none left out')
browser.click('#pages a')
until(f"!location.search.includes('after') && {DRAWN} && document.querySelector('#rows tbody tr').dataset.entry === {json.dumps(seen[0])}",
      'to the first page')

# An object's history, by a link.
show('?as=sokolova&event=order.status_changed')
mark_row('ЗК-', 'td:nth-child(4) a')
label = browser.texts('#marked')[0]
browser.click('#marked')
until(f"document.querySelector('#heading').textContent === {json.dumps('История: ' + label)}", 'a link opens the history of the object')
ok('Заказ создан' in column(5), 'from its beginning', column(5))
same(browser.evaluate("document.querySelector('#filters').checkVisibility()"), False, 'which has no filters')
all_named('a history')

# ---- Deleted objects, and bringing them back

show('?as=sokolova&view=deleted')
all_named('deleted objects')
mark_row('Вектор')
same(browser.evaluate("document.querySelector('#marked').getAttribute('aria-label')"), 'Восстановить: Клиент Вектор', 'a button that says what it restores')
browser.evaluate("document.querySelector('#marked').focus()")
browser.key('Enter')
until(f'{DIALOG} && {PLAN}', 'Enter opens the plan')
same(browser.texts('#dialog .plan li'), ['Клиент Вектор: вернётся'], 'of one row')
same(browser.texts('#dialog [role=status]'), ['Ничто не мешает. Строк: 1'], 'which nothing stands in the way of')
same(browser.evaluate("document.querySelector('#dialog [name=note]').value"), 'Спросить Елену\nдо 18:00', 'with its values, line by line')
all_named('the dialog')
same(browser.evaluate("document.querySelector('#dialog').contains(document.activeElement)"), True, 'the focus is in it')
for _ in range(12):
    browser.key('Tab')
same(browser.evaluate("document.activeElement === document.body || document.querySelector('#dialog').contains(document.activeElement)"), True, 'and stays there')
browser.key('Escape')
until(f"!{DIALOG} && document.activeElement.id === 'marked'", 'Escape closes it, and the focus is back')
browser.click('#marked')
until(f'{DIALOG} && {PLAN}', 'again')
browser.click('#dialog input[name=reason]')
browser.type('не та карточка')
browser.click('#dialog button.main')
until("document.querySelector('#dialog-title').textContent === 'Готово'", 'it is restored')
same(browser.texts('#dialog .plan li'), ['Клиент Вектор: восстановлен'], 'the dialog says so')
browser.key('Enter')
until(f"!{DIALOG} && {DRAWN} && !document.querySelector('#marked')", 'closed, the rows are drawn anew')
ok('Клиент Вектор' not in [text.split('\n')[0] for text in column(4)], 'and this one is gone', column(4))
same(sql("SELECT reason, employee FROM journal.entries ORDER BY id DESC LIMIT 1"), [('не та карточка', '1')], 'the journal says why')

# With what was deleted together with it.
mark_row('Клиент Зинаида Сорокина')
browser.click('#marked')
until(f'{DIALOG} && {PLAN}', 'a client who had a device')
browser.choose('#dialog select[name=related]', 'children')
until("document.querySelectorAll('#dialog .plan li').length === 2", 'can have it back')
same(browser.texts('#dialog .plan li'), ['Клиент Зинаида Сорокина: вернётся', 'Изделие Fairphone 4: вернётся'], 'the plan tells both')
browser.click('#dialog button.main')
until("document.querySelector('#dialog-title').textContent === 'Готово'", 'it is done')
same(browser.texts('#dialog .plan li'), ['Клиент Зинаида Сорокина: восстановлен', 'Изделие Fairphone 4: восстановлен'], 'for both')
browser.click('#dialog button')
until(f"!{DIALOG} && {DRAWN} && !document.querySelector('#marked')", 'closed')

# What stands in the way: a value in use, a row that is gone.
mark_row('Фёдор Найдёнов')
browser.click('#marked')
until(f'{DIALOG} && {PLAN}', 'a client whose phone is taken')
ok('Ключ или другое уникальное значение занято.' in browser.texts('#dialog .plan li')[0], 'the plan says so', browser.texts('#dialog .plan li'))
same(browser.texts('#dialog [role=status]') + browser.evaluate("[document.querySelector('#dialog button.main').disabled]"), ['Помех: 1', True],
     'and there is no going on')
browser.click('#dialog input[name=phone]')
browser.evaluate('document.activeElement.select()')
browser.type('+70000000898')
browser.click('#check')
until("document.querySelector('#dialog [role=status]').textContent.startsWith('Ничто не мешает')", 'but with another phone')
same(browser.evaluate("document.querySelector('#dialog input[name=phone]').value"), '+70000000898', 'which is still there')
browser.click('#dialog button.main')
until("document.querySelector('#dialog-title').textContent === 'Готово'", 'he comes back')
same(sql("SELECT phone FROM crm.clients WHERE name = 'Фёдор Найдёнов'"), [('+70000000898',)], 'with it')
browser.click('#dialog button')
until(f"!{DIALOG} && {DRAWN} && !document.querySelector('#marked')", 'closed')
mark_row('Склад на Южной')
browser.click('#marked')
until(f'{DIALOG} && {PLAN}', 'a warehouse whose location is gone')
ok('Нет объекта, на который он ссылается.' in browser.texts('#dialog .plan li')[0], 'the plan says so', browser.texts('#dialog .plan li'))
ok('локация (нужно другое значение)' in ' '.join(browser.texts('#dialog .needed')), 'and which value is needed', browser.texts('#dialog .needed'))
same(browser.texts('#dialog select[name=location_id] option'), ['Север', 'Центр', 'Южный (нет)'], 'those to choose from')
browser.choose('#dialog select[name=location_id]', '2')
browser.click('#check')
until("document.querySelector('#dialog [role=status]').textContent.startsWith('Ничто не мешает')", 'another location will do')

# Somebody else was faster.
request = urllib.request.Request(URL + 'api/restore', json.dumps({
    'as': 'sokolova', 'entry': browser.evaluate("document.querySelector('#marked').closest('tr').dataset.entry"),
    'overrides': json.dumps({'warehouse': {'location_id': '1'}})}).encode(),
    {'Content-Type': 'application/json', 'Origin': URL.rstrip('/')})
same(urllib.request.urlopen(request).status, 200, 'somebody else restores it meanwhile')
browser.click('#dialog button.main')
until("document.querySelector('#dialog .conflict')?.innerText.includes('Уже восстановлено.')", 'the refusal is told')
browser.key('Escape')

# Orders: by support only.
show('?as=sokolova&view=deleted')
mark_row('ЗК-00214')
same(browser.texts('#marked'), ['Обратиться в поддержку'], 'an order is for support')
browser.click('#marked')
until(DIALOG, 'a dialog')
ok(re.search(r'Заказ ЗК-00214, запись журнала № \d+', browser.texts('#dialog')[0]), 'that says what to tell them', browser.texts('#dialog'))
show('?as=support&view=deleted&lang=en')
mark_row('ЗК-00214')
browser.click('#marked')
until(f'{DIALOG} && {PLAN}', 'support has a plan')
same(len(browser.texts('#dialog .plan li')), 5, 'of the order and its parts')
browser.click('#dialog button.main')
same(browser.evaluate("document.querySelector('#dialog input[name=reason]').matches(':invalid') && document.querySelector('#dialog-title').textContent"),
     'Restore: Order ЗК-00214', 'a reason is wanted')
browser.click('#dialog input[name=reason]')
browser.type('ticket 4711')
browser.click('#dialog button.main')
until("document.querySelector('#dialog-title').textContent === 'Done'", 'with it, the order is back')
same(sql("SELECT count(*) FROM crm.order_items i JOIN crm.orders o ON o.id = i.order_id WHERE o.number = 'ЗК-00214'"), [(2,)], 'with its items')

# Who may less.
show('?as=morozov&view=deleted')
same(browser.evaluate("document.querySelectorAll('#rows tbody button').length"), 0, 'who only reads has no buttons')
ok('Можно восстановить' in column(7), 'rows say that they can be restored', column(7))
show('?as=orlova')
same(browser.evaluate("(() => { const period = document.querySelector('#filters select'); return [period.disabled, "
                      "document.getElementById(period.getAttribute('aria-describedby')).textContent]; })()"),
     [True, 'На этом тарифе отчёт всегда за последние 30 дней: даты можно выбирать на более высоких тарифах.'],
     'on the plan startup there are no dates, and the page says why')
same(browser.texts('#filters select'), ['Последние 30 дней'], 'and what it shows')
same(len(column(1)), 25, 'rows')
show('?as=orlova&period=last_month')
ok('На вашем тарифе нельзя выбирать даты.' in browser.texts('#problem')[0], 'an address that asks for dates is refused', browser.texts('#problem'))
show('?as=novikov')
ok('На вашем тарифе журнала событий нет.' in browser.texts('#problem')[0], 'on the plan free there is no journal', browser.texts('#problem'))
show('?as=nobody')
same(browser.texts('#problem strong'), ['Не получилось'], 'nobody sees nothing')

# ---- Hostile texts are texts

hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script> \'"\\ &lt;b&gt; {} \u202e'
sql("""SELECT journal.set_context(account => 'rembyt', employee => '1', location => '1');
    INSERT INTO crm.clients (account_id, name, phone, note) VALUES ('rembyt', %s, '+70000000777', %s);
    INSERT INTO crm.tasks (account_id, title, assignee_id, client_id)
    SELECT 'rembyt', %s, 1, id FROM crm.clients WHERE phone = '+70000000777'""", hostile, hostile, hostile)
sql("SELECT journal.set_context(account => 'rembyt', employee => '1', location => '1'); DELETE FROM crm.tasks WHERE title = %s", hostile)
sql("""SELECT journal.set_context(account => 'rembyt'); SELECT journal.log('call.incoming', 'call', %s, label => %s, details => jsonb_build_object(
    'values', jsonb_build_array(jsonb_build_object('column', 'recording_url', 'value', 'javascript:alert(3)'))),
    links => jsonb_build_array(jsonb_build_object('type', %s, 'id', 'javascript:alert(4)', 'label', %s)))""", hostile, hostile, hostile, hostile)
show('?as=sokolova')
same(browser.evaluate("document.querySelectorAll('#rows img, #rows script, #rows b, #rows audio').length"), 0, 'no markup comes from the data')
same(browser.evaluate("document.querySelectorAll('#rows a:not([href^=\"?\"])').length"), 0, 'every link stays on the page')
ok(sum(hostile in text for text in browser.evaluate("[...document.querySelectorAll('#rows td')].map((e) => e.textContent)")) >= 3, 'texts are shown as they are')
mark_row('<img', 'td:nth-child(4) ul a')
browser.click('#marked')
until("document.querySelector('#heading').textContent.startsWith('История')", 'a hostile link opens a history')
show('?as=sokolova&view=history&type=constructor&id=1')
same(browser.texts('#heading'), ['История: constructor 1'], 'nor is a type what its name may stand for')
show('?as=sokolova&view=deleted')
mark_row('<img')
browser.click('#marked')
until(f'{DIALOG} && {PLAN}', 'a hostile name in a dialog')
ok(hostile in browser.evaluate("document.querySelector('#dialog-title').textContent"), 'is a name')
same(browser.evaluate("document.querySelector('#dialog input[name=title]').value"), hostile, 'and a value')
browser.click('#dialog button.main')
until("document.querySelector('#dialog-title').textContent === 'Готово'", 'it comes back')
same(sql('SELECT count(*) FROM crm.tasks WHERE title = %s', hostile), [(1,)], 'as it was')
for name in ('as', 'lang', 'view', 'period', 'location', 'event', 'sort', 'after', 'type', 'id'):
    show(f'?as=sokolova&{name}=%3Cimg%20src%3Dx%20onerror%3Dalert(5)%3E')
    same(browser.evaluate("document.querySelectorAll('img, #rows script').length"), 0, f'nor from "{name}" in the address')
for name in ('__proto__', 'constructor', 'toString'):
    show(f'?as=sokolova&lang={name}')
    same(browser.evaluate('document.documentElement.lang'), 'ru', f'nor is {name} a language')

# ---- English

show('?as=sokolova')
browser.click('#languages a[lang=en]')
until("document.documentElement.lang === 'en' && document.title === 'Events · Event journal' && "
      "document.querySelectorAll('#rows th')[1].textContent === 'Location'", 'in English')
same(browser.texts('#rows th')[1:], ['Location', 'Employee', 'Object', 'Event', 'Details', 'Action'], 'the columns')
browser.click('#choice-event summary')
same([text for text in browser.texts('h1, h2, #tabs a, #filters label:not(#choice-location label, #choice-employee label), #filters legend, '
                                     '#filters summary, #filters button, #rows th, #rows td:nth-child(5), #status, #person')
      if re.search('[а-яё]', text, re.I)], [], 'no word of the page is Russian')
show('?as=sokolova&lang=en&event=order.status_changed')
same(set(column(5)), {'Order status changed'}, 'titles too')
ok(all(' → ' in text for text in column(6)), 'old → new', column(6))

# ---- Narrow, and by keyboard alone

browser.size(400, 800)
for lang, title in (('ru', 'Восстановить'), ('en', 'Restore')):
    for view in ('as=sokolova', 'as=orlova', 'as=novikov', 'as=sokolova&view=deleted', 'as=sokolova&view=history&type=order&id=3',
                 'as=sokolova&event=call.incoming'):
        show(f'?{view}&lang={lang}')
        fits(f'narrow, {lang}, {view}')
    show(f'?as=sokolova&lang={lang}')
    for name in ('location', 'employee', 'event'):
        browser.click(f'#choice-{name} summary')
    fits(f'narrow, {lang}, with all filters open')
show('?as=sokolova&view=deleted')
same(browser.evaluate("getComputedStyle(document.querySelector('#rows td'), '::before').content"), '"Время"', 'each value has its heading')
found = Counter(role for role, _ in browser.accessible())
ok(found['table'] == 1 and found['row'] == len(entries()) and found['cell'] >= 5 * len(entries()), 'and it is still a table', found)
all_named('narrow')
mark_row('Кабель USB-C 1 метр')
browser.click('#marked')
until(f'{DIALOG} && {PLAN}', 'the dialog, narrow')
browser.click('#dialog summary')
same(browser.evaluate("(() => { const d = document.querySelector('#dialog'), box = d.getBoundingClientRect(); "
                      "return box.left >= 0 && box.right <= innerWidth && d.scrollWidth <= d.clientWidth; })()"), True, 'fits')
browser.key('Escape')

for width in (620, 1000, 1101, 1300):
    browser.size(width, 800)
    show('?as=sokolova')
    browser.click('#choice-event summary')
    fits(f'{width} px')
    browser.click('#filters button.main')

browser.size(1600, 1000)
show('?as=sokolova')
browser.key('Tab')
same(browser.texts(':focus'), ['К содержанию'], 'the first Tab leads to the content')
browser.key('Enter')
same(browser.evaluate('document.activeElement.id'), 'content', 'past what is on every page')
steps = []
for _ in range(12):
    browser.key('Tab')
    steps.append(browser.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.textContent"))
same(steps[:8], ['period', 'search', 'Локации: все', 'Сотрудники: все', 'События: все', 'Применить', 'Сбросить', 'sort'], 'then filters, then rows')
same(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"), 'solid', 'and the focus can be seen')

same(browser.complaints, [], 'no error, nothing that the policy blocked, no script of the data')
browser.close()
print(f'1..{number}')
sys.exit(1 if failed else 0)
