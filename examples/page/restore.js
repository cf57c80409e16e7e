// The dialogs: bringing a deleted object back, after its plan has been looked at, and the way to support.
'use strict';

// Columns that are chosen from the page's own lists.
const PLACES = {
    location_id: 'location', employee_id: 'employee', assignee_id: 'employee', manager_id: 'employee', created_by: 'employee',
};

function openDialog(title, ...content) {
    const dialog = byId('dialog');
    dialog.replaceChildren(make('h2', { id: 'dialog-title' }, title), ...content);
    if (!dialog.open) {
        dialog.showModal();
    }
    return dialog;
}

const closeButton = (name) => make('button', { type: 'button', onclick: () => byId('dialog').close() }, word(name));

function openSupport(row) {
    const named = objectWord(row.object_type, row.object_label, row.object_id);
    openDialog(word('support'), make('p', {}, word('support_text')),
        make('p', { className: 'reference' }, word('support_reference', named).replace('{}', row.entry)), closeButton('close'));
}

// A value as it can be typed; values of json are typed as JSON.
const typed = (value) => (value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

function untyped(text, original) {
    return text === '' ? null : original !== null && typeof original === 'object' ? JSON.parse(text) : text;
}

// One value of a row that comes back. Changed, it becomes an override for the row's entry.
function valueField(planned, column, original, isNeeded, overrides) {
    const changed = overrides[planned.entry];
    const value = typed(changed && column in changed ? changed[column] : original);
    const choices = session.places.filter((place) => place.type === PLACES[column] && (!place.gone || place.id === value));
    const field = !PLACES[column] ? make(value.includes('\n') ? 'textarea' : 'input', { value }) : make('select', {},
        ...(choices.some((place) => place.id === value) ? [] : [make('option', { value }, value || word('empty'))]),
        ...choices.map((place) => make('option', { value: place.id, selected: place.id === value }, placeWord(place))));
    field.name = column;
    field.onchange = () => {
        overrides[planned.entry] ??= {};
        if (field.value === typed(original)) {
            delete overrides[planned.entry][column];
        } else {
            overrides[planned.entry][column] = untyped(field.value, original);
        }
    };
    return make('label', { className: isNeeded ? 'needed' : '' },
        columnWord(planned.object_type, column), isNeeded ? ` (${word('needed')})` : '', field);
}

// Opens the dialog that restores what the row tells of. Its plan is asked for anew with everything that is changed.
function openRestore(row) {
    const overrides = {};
    const originals = {};
    const needed = row.needs.filter((need) => need.startsWith('override:')).flatMap((need) => need.slice(9).split(','));
    const isReasonNeeded = row.needs.includes('reason');
    const status = make('p', { role: 'status' });
    const plan = make('ul', { className: 'plan' });
    const values = make('div', { className: 'values' });
    const more = make('details', { open: needed.length > 0 }, make('summary', {}, word('values')), values);
    const related = make('select', { name: 'related', onchange: () => refresh() },
        ...['none', 'children', 'parents', 'all'].map((name) => make('option', { value: name }, word(`related_${name}`))));
    const reason = make('input', { name: 'reason', required: isReasonNeeded });
    const submit = make('button', { className: 'main' }, word('restore'));

    const asked = () => {
        const given = Object.fromEntries(Object.entries(overrides).filter(([, columns]) => Object.keys(columns).length));
        return {
            entry: row.entry, related: related.value,
            ...(Object.keys(given).length && { overrides: JSON.stringify(given) }),
        };
    };

    const plannedItem = (planned) => make('li', { className: planned.conflict ? 'conflict' : '' },
        `${objectWord(planned.object_type, planned.object_label, planned.object_id)}: `,
        planned.conflict ? null : word(planned.action),
        planned.conflict ? problem({ ...planned, message: planned.conflict }) : null);

    const fieldset = (planned) => make('fieldset', {},
        make('legend', {}, objectWord(planned.object_type, planned.object_label, planned.object_id)),
        ...Object.entries(originals[planned.entry]).map(([column, original]) => valueField(planned, column, original,
            planned.entry === row.entry && needed.includes(column), overrides)));

    async function refresh() {
        submit.disabled = true;
        status.textContent = word('loading');
        try {
            const rows = (await call('restore_plan', asked(), 'POST'))
                .toSorted((a, b) => (b.entry === row.entry) - (a.entry === row.entry));
            const obstacles = rows.filter((planned) => planned.sqlstate !== null).length;
            // A row with several obstacles is told once for each.
            const first = [...new Map(rows.filter((planned) => planned.new_values !== null && planned.action === 'insert')
                .toReversed().map((planned) => [planned.entry, planned])).values()].toReversed();
            first.forEach((planned) => {
                originals[planned.entry] ??= planned.new_values;
            });
            plan.replaceChildren(...rows.map(plannedItem));
            values.replaceChildren(...first.map(fieldset));
            more.hidden = !first.length;
            more.open ||= obstacles > 0;
            status.textContent = obstacles ? word('obstacles', obstacles) : word('ready', rows.length);
            submit.disabled = obstacles > 0;
        } catch (error) {
            status.textContent = '';
            plan.replaceChildren(make('li', {}, problem(error.message ? error : { message: String(error) })));
        }
    }

    const form = make('form', {}, make('label', {}, `${word('related')} `, related), make('h3', {}, word('plan_of')), status, plan, more,
        make('label', {}, `${word('reason')}${isReasonNeeded ? ' *' : ''} `, reason),
        make('div', { className: 'buttons' }, submit,
            make('button', { type: 'button', id: 'check', onclick: () => refresh() }, word('check')), closeButton('cancel')));
    form.onsubmit = async (event) => {
        event.preventDefault();
        submit.disabled = true;
        try {
            const rows = await call('restore', { ...asked(), ...(reason.value && { reason: reason.value }) }, 'POST');
            openDone(rows);
        } catch (error) {
            status.textContent = '';
            plan.replaceChildren(make('li', { className: 'conflict' }, problem(error)));
        }
    };
    openDialog(word('restore_of', objectWord(row.object_type, row.object_label, row.object_id)), form);
    refresh();
}

// Tells what came back, and has the page drawn anew.
function openDone(rows) {
    const dialog = openDialog(word('done'), make('ul', { className: 'plan' }, ...rows.map((row) => make('li', {},
        `${objectWord(row.object_type, row.object_label, row.object_id)}: ${word(row.outcome.replace(' ', '_'))}`,
        row.detail ? make('small', { lang: 'en' }, ` ${row.detail}`) : null))), closeButton('close'));
    dialog.querySelector('button').focus();
    dialog.addEventListener('close', () => {
        byId('content').focus();
        sessions.clear();
        draw();
    }, { once: true });
}
