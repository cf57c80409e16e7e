// The page: its address says what is shown (who looks, the language, the view, the filters, the order, the page), and
// everything is drawn from it. Filters are applied by a new address, so links, bookmarks and "back" work.
//
// Whatever comes from the database is put in as text, never as markup.
'use strict';

const ROWS = 25;
const PERIODS = ['today', 'yesterday', 'this_week', 'this_month', 'last_week', 'last_month', 'custom'];
const KINDS = ['created', 'deleted', 'changed', 'other'];
const RECORDINGS = /^https:\/\/calls\.example\//;

const byId = (id) => document.getElementById(id);
const sessions = new Map();
let people = null;
let state = null;
let session = null;
let drawing = 0;

// Makes an element: names of properties, `data` and `aria-…`, then its children; texts become text.
function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name === 'data') {
            Object.assign(element.dataset, value);
        } else if (name.includes('-') || name === 'role') {
            element.setAttribute(name, value);
        } else {
            element[name] = value;
        }
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

// Looks a word up that may come from anywhere: "constructor" is none.
const lookUp = (words, name) => (Object.hasOwn(words, name) ? words[name] : undefined);

function word(name, value = '') {
    return (lookUp(WORDS[state.lang], name) ?? name).replace('{}', () => value);
}

const objectWord = (type, label, id) => `${lookUp(TYPES[state.lang], type) ?? type} ${label || id || ''}`.trim();

// Names a column in the words that the journal itself uses.
function columnWord(type, column) {
    const find = (code, language) => session.terms.findLast((term) => term.code === code && term.language === language);
    const found = [state.lang, 'en'].flatMap((l) => [find(`${type}.${column}`, l), find(column, l)]).find(Boolean);
    return found ? found.text : column;
}

// Shows a moment by the clock of the account, which is the one that the server writes.
function clock(moment) {
    return new Intl.DateTimeFormat(state.lang, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })
        .format(new Date(`${moment.slice(0, 19)}Z`));
}

// Calls the server; an answer other than 200 is thrown as it is.
async function call(name, values, method = 'GET') {
    let answer;
    try {
        if (method === 'GET') {
            const query = new URLSearchParams({ as: state.as });
            for (const [key, value] of Object.entries(values)) {
                for (const one of [value].flat()) {
                    query.append(key, one);
                }
            }
            answer = await fetch(`/api/${name}?${query}`);
        } else {
            answer = await fetch(`/api/${name}`, {
                method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ as: state.as, ...values }),
            });
        }
    } catch {
        throw { message: word('unreachable') };
    }
    const content = await answer.json();
    if (!answer.ok) {
        throw content;
    }
    return content;
}

// Tells an error: in the language of the page if it is a known one, and in the words of the server.
function problem(error) {
    const known = lookUp(PROBLEMS[state.lang], error.sqlstate);
    return make('div', { className: 'problem' },
        make('strong', {}, known ?? word('failed')),
        make('p', { lang: 'en' }, [error.sqlstate, error.message, error.detail, error.hint].filter(Boolean).join(' · ')));
}

// ---- The address

function readAddress() {
    const query = new URLSearchParams(location.search);
    const lang = query.get('lang') ?? 'ru';
    return {
        as: query.get('as') ?? people[0].login, lang: Object.hasOwn(WORDS, lang) ? lang : 'ru', view: query.get('view') ?? 'journal',
        period: query.get('period') ?? '', from: query.get('from') ?? '', to: query.get('to') ?? '',
        location: query.getAll('location'), employee: query.getAll('employee'), event: query.getAll('event'),
        search: query.get('search') ?? '', sort: query.get('sort') === 'asc' ? 'asc' : 'desc', after: query.get('after') ?? '',
        type: query.get('type') ?? '', id: query.get('id') ?? '',
    };
}

function address(changes) {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries({ ...state, ...changes })) {
        for (const one of [value].flat().filter((text) => text !== '' && !(key === 'sort' && text === 'desc'))) {
            query.append(key, one);
        }
    }
    return `?${query}`;
}

const FRESH = { period: '', from: '', to: '', location: [], employee: [], event: [], search: '', sort: 'desc', after: '', type: '', id: '' };

function go(changes) {
    history.pushState(null, '', address(changes));
    draw();
}

function link(text, changes, properties = {}) {
    return make('a', {
        href: address(changes), ...properties,
        onclick: (click) => {
            if (!click.ctrlKey && !click.metaKey && !click.shiftKey) {
                click.preventDefault();
                go(changes);
            }
        },
    }, text);
}

const objectLink = (type, id, label) =>
    link(objectWord(type, label, id), { ...FRESH, view: 'history', type, id });

// ---- What stands above the rows

function drawFrame() {
    document.documentElement.lang = state.lang;
    for (const element of document.querySelectorAll('[data-word]')) {
        element.textContent = word(element.dataset.word);
    }
    for (const element of document.querySelectorAll('[data-label]')) {
        element.setAttribute('aria-label', word(element.dataset.label));
    }
    byId('account').textContent = word('plan', session.account).replace('{}', session.plan);
    byId('person').replaceChildren(...people.map((person) => make('option', {
        value: person.login, selected: person.login === state.as,
    }, person.titles[state.lang])));
    byId('person').onchange = () => go({ ...FRESH, view: 'journal', as: byId('person').value });
    byId('languages').replaceChildren(...[['ru', 'Русский'], ['en', 'English']].map(([lang, name]) =>
        link(name, { lang }, { lang, ...(lang === state.lang ? { 'aria-current': 'true' } : {}) })));
    byId('tabs').replaceChildren(...['journal', 'deleted'].map((view) =>
        link(word(view), { ...FRESH, view }, view === state.view ? { 'aria-current': 'page' } : {})));
    const heading = state.view === 'history' ? word('history', objectWord(state.type, '', state.id)) : word(state.view);
    byId('heading').textContent = heading;
    document.title = `${heading} · ${word('title')}`;
}

// A choice of several: closed it says how many are chosen.
function choice(name, content) {
    const chosen = state[name].length;
    return make('details', { className: 'choice', id: `choice-${name}` },
        make('summary', {}, `${word(name)}: `, make('b', {}, chosen ? word('chosen', chosen) : word('all'))),
        make('fieldset', {}, make('legend', { className: 'hidden' }, word(name)), ...content));
}

const box = (name, value, text) =>
    make('label', {}, make('input', { type: 'checkbox', name, value, checked: state[name].includes(value) }), ` ${text}`);

const placeWord = (place) => (place.gone ? `${place.name} (${word('gone')})` : place.name);

const places = (type) => session.places.filter((place) => place.type === type)
    .map((place) => box(type, place.id, placeWord(place)));

// Events are offered but for those that each tracked table has besides ("Changed: invoice").
const isOffered = (event) => event.is_core || !event.title_en?.endsWith(`: ${event.object_type}`);

function eventChoice() {
    const kinds = make('fieldset', {}, make('legend', {}, word('kinds')),
        ...KINDS.map((kind) => box('event', `kind:${kind}`, word(kind === 'deleted' ? 'deleted_kind' : kind))));
    const groups = session.groups.map((group) => make('fieldset', {},
        make('legend', {}, group.titles[state.lang] ?? group.titles.en),
        box('event', `group:${group.code}`, word('of_group')),
        ...session.events.filter((event) => event.event_group === group.code && isOffered(event))
            .map((event) => box('event', event.code, event[`title_${state.lang}`] ?? event.title_en ?? event.code))));
    return choice('event', [make('div', { className: 'groups' }, kinds, ...groups)]);
}

function drawFilters() {
    const form = byId('filters');
    form.hidden = state.view !== 'journal' || !session.has_journal;
    const period = make('select', { name: 'period', disabled: !session.has_dates },
        ...(session.has_dates ? ['', ...PERIODS] : ['window']).map((name) => make('option', {
            value: name, selected: name === state.period,
        }, word(name || 'all_time'))));
    const day = (name) => make('label', { className: 'day', hidden: period.value !== 'custom' }, `${word(`date_${name}`)} `,
        make('input', { type: 'date', name, value: state[name] }));
    const days = [day('from'), day('to')];
    period.onchange = () => days.forEach((label) => {
        label.hidden = period.value !== 'custom';
    });
    if (!session.has_dates) {
        period.setAttribute('aria-describedby', 'no-dates');
    }
    form.replaceChildren(
        make('div', { className: 'period' }, make('label', {}, `${word('period')} `, period), ...days,
            session.has_dates ? null : make('p', { id: 'no-dates' }, word('no_dates')),
            make('label', {}, `${word('search')} `, make('input', { type: 'search', name: 'search', value: state.search }))),
        make('div', { className: 'choices' }, choice('location', places('location')), choice('employee', places('employee')),
            eventChoice()),
        make('div', { className: 'buttons' }, make('button', { className: 'main' }, word('apply')),
            link(word('reset'), FRESH)));
    form.onsubmit = (submit) => {
        submit.preventDefault();
        const data = new FormData(form);
        const chosen = data.get('period') ?? '';
        go({
            period: chosen, from: chosen === 'custom' ? data.get('from') : '', to: chosen === 'custom' ? data.get('to') : '',
            location: data.getAll('location'), employee: data.getAll('employee'), event: data.getAll('event'),
            search: data.get('search').trim(), after: '',
        });
    };
}

// ---- The rows

function request() {
    const page = { page_size: ROWS + 1, language: state.lang, ...(state.after && { after: state.after }) };
    if (state.view === 'history') {
        return call('history', { ...page, object_type: state.type, object_id: state.id });
    }
    if (state.view === 'deleted') {
        return call('deleted_objects', page);
    }
    return call('report', {
        ...page, sort: state.sort, ...(state.period && { period: state.period }),
        ...(state.from && { date_from: state.from }), ...(state.to && { date_to: state.to }),
        ...(state.location.length && { locations: state.location }),
        ...(state.employee.length && { employees: state.employee }), ...(state.event.length && { events: state.event }),
        ...(state.search && { filter: JSON.stringify({ search: state.search }) }),
    });
}

function drawHeadings() {
    const time = make('th', { scope: 'col', role: 'columnheader', 'aria-sort': state.sort === 'asc' ? 'ascending' : 'descending' });
    if (state.view === 'journal') {
        const now = word(state.sort === 'asc' ? 'oldest_first' : 'newest_first');
        time.append(make('button', {
            id: 'sort', type: 'button', title: now, onclick: () => go({ sort: state.sort === 'asc' ? 'desc' : 'asc', after: '' }),
        }, `${word('time')} `, make('span', { 'aria-hidden': 'true' }, state.sort === 'asc' ? '▲' : '▼'),
        make('span', { className: 'hidden' }, `(${now})`)));
    } else {
        time.append(word('time'));
    }
    return make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, time,
        ...['location_column', 'employee_column', 'object_column', 'event_column', 'details_column', 'action_column']
            .map((name) => make('th', { scope: 'col', role: 'columnheader' }, word(name)))));
}

// A call's recording, which the sample's server has under a path of its own.
function player(row) {
    const url = row.details?.values?.find((value) => value.column === 'recording_url')?.value;
    return typeof url !== 'string' || !RECORDINGS.test(url) ? null : make('audio', {
        controls: true, preload: 'none', src: url.replace(RECORDINGS, '/recordings/'), 'aria-label': word('recording'),
    });
}

function action(row) {
    const named = (text) => `${text}: ${objectWord(row.object_type, row.object_label, row.object_id)}`;
    if (!row.restorable) {
        return null;
    }
    if (row.needs.includes('support')) {
        return make('button', { type: 'button', 'aria-label': named(word('support')), onclick: () => openSupport(row) }, word('support'));
    }
    return !session.may_restore ? word('restorable') : make('button', {
        type: 'button', 'aria-label': named(word('restore')), onclick: () => openRestore(row),
    }, word('restore'));
}

function drawRow(row) {
    const cell = (name, ...content) => make('td', { role: 'cell', data: { heading: word(name) } }, ...content);
    const links = (row.links ?? []).filter((other) => row[other.type] !== other.id
        && !(other.type === row.object_type && other.id === row.object_id));
    return make('tr', { role: 'row', data: { entry: row.entry } },
        cell('time', make('time', { dateTime: row.occurred_at }, clock(row.occurred_at))),
        cell('location_column', row.location_name ?? row.location),
        cell('employee_column', row.employee_name ?? row.employee),
        cell('object_column', row.object_type === null ? null : objectLink(row.object_type, row.object_id, row.object_label),
            links.length ? make('ul', {}, ...links.map((other) => make('li', {},
                objectLink(other.type, other.id, other.label),
                other.exists === false ? make('small', {}, ` ${word('no_longer')}`) : null))) : null),
        cell('event_column', row.title, row.backfilled ? make('small', {}, ` ${word('backfilled')}`) : null),
        cell('details_column', row.details_text, player(row)),
        cell('action_column', action(row)));
}

function drawRows(rows) {
    const shown = rows.slice(0, ROWS);
    byId('rows').replaceChildren(drawHeadings(), make('tbody', { role: 'rowgroup' }, ...shown.map(drawRow)));
    byId('status').textContent = shown.length ? word('rows', shown.length) : word('nothing');
    // The object's present name, as its latest entry has it.
    const own = shown.find((row) => row.object_type === state.type && row.object_id === state.id);
    if (state.view === 'history' && own?.object_label) {
        byId('heading').textContent = word('history', objectWord(own.object_type, own.object_label));
    }
    byId('pages').replaceChildren(...(state.after ? [link(word('first'), { after: '' })] : []),
        ...(rows.length > ROWS ? [link(word('next'), { after: shown.at(-1).page_cursor }, { id: 'next' })] : []));
    byId('pages').hidden = !byId('pages').firstChild;
}

// Draws everything anew. An answer that comes after a later request is dropped.
async function draw() {
    const mine = ++drawing;
    const focused = document.activeElement?.id;
    try {
        people ??= await (await fetch('/api/people')).json();
        state = readAddress();
        byId('problem').replaceChildren();
        if (!sessions.has(state.as)) {
            sessions.set(state.as, await call('session', {}));
        }
        if (mine !== drawing) {
            return;
        }
        session = sessions.get(state.as);
        drawFrame();
        drawFilters();
        byId('status').textContent = word('loading');
        byId('rows').setAttribute('aria-busy', 'true');
        const rows = await request();
        if (mine === drawing) {
            drawRows(rows);
        }
    } catch (error) {
        if (mine !== drawing) {
            return;
        }
        state ??= { lang: 'ru' };
        byId('status').textContent = '';
        byId('rows').replaceChildren();
        byId('pages').hidden = true;
        byId('problem').replaceChildren(problem(error));
    } finally {
        if (mine === drawing) {
            byId('rows').setAttribute('aria-busy', 'false');
            // What was drawn anew under the focus gets it back; a link that is gone leaves it to the content.
            if (focused && document.activeElement === document.body) {
                (byId(focused) ?? byId('content')).focus();
            }
        }
    }
}

addEventListener('popstate', draw);
draw();
