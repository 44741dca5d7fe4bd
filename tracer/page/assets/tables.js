/* Tables of all numbers, made anew for each way of calculating; fields for what is given; switches. */

function Tables(page) {
  const {model, calculation, names, numbers, esc, $} = page;
  const MOST = model.wide ? 20 : 60;

  const math = (id, offset) => `<math aria-hidden="true">${names.label(id, offset)}</math>`;
  const cell = (id, offset) => {
    const array = model.arrays[id], own = array.part ? `#${page.sample}` : '';
    const name = esc(names.name(id, offset) + own);
    return `<td class="number"><button type="button" class="q" tabindex="-1" data-quantity="${name}"></button></td>`;
  };
  const table = (title, heads, rows) => rows.length ? `<div class="table-box" role="group" aria-label="${esc(title)}" tabindex="0">
    <table class="numbers"><caption>${esc(title)}</caption><thead><tr>${heads.map((h, k) => h ? `<th scope="col"${rows.some(row => /class="number"/.test(row[k])) ? ' class="number"' : ''}>${h}</th>` : '<td></td>').join('')}</tr></thead>
    <tbody>${rows.map(row => `<tr>${row.join('')}</tr>`).join('')}</tbody></table></div>` : '';
  const head = text => `<th scope="row">${text}</th>`;
  const named = (id, offset) => head(`<span class="said">${esc(names.name(id, offset))}</span>${math(id, offset)}`);
  const ids = test => calculation.steps.arrays.filter(id => test(model.arrays[id], id));
  const shortened = (rows, count) => count > rows.length
    ? `<p class="note">${counted(count - rows.length, '{count} more row is left out; type a name below the tables to see its number.', '{count} more rows are left out; type a name below the tables to see its number.')}</p>` : '';

  /* Neurons by row, kinds of numbers by column. */
  function neurons(title, test) {
    const own = ids(a => a.samples && a.shape.length === 1 && !a.part && test(a));
    const kinds = [...new Set(own.map(id => model.arrays[id].kind))];
    const rows = [];
    let count = 0;
    model.layers.forEach((layer, number) => layer.neurons.forEach((neuron, offset) => {
      const cells = kinds.map(kind => own.find(id => model.arrays[id].kind === kind && model.arrays[id].layer === number));
      if (cells.every(id => id === undefined)) return;
      count++;
      if (rows.length < MOST) rows.push([`<td>${number}</td>`, head(esc(neuron)), ...cells.map(id => id === undefined ? '<td></td>' : cell(id, offset))]);
    }));
    const heads = kinds.map(kind => esc(model.arrays[own.find(id => model.arrays[id].kind === kind)].words));
    return table(title, [say('layer'), say('neuron'), ...heads], rows) + shortened(rows, count);
  }

  /* Parameters by row: before, gradient and its parts, what the optimiser keeps, after. */
  function parameters() {
    const of = array => !array.samples && /weight|bias/.test(array.kind);
    const column = array => array.kind.replace(/weight|bias/, 'parameter') + array.slot;
    const own = ids(of);
    const columns = [...new Set(own.map(id => column(model.arrays[id])))];
    const order = ['parameter', 'parameter_state', 'parameter_of', 'parameter_gradient', 'parameter_clipped', 'new_parameter_state', 'parameter_corrected', 'new_parameter'];
    const rank = name => { const found = order.findIndex(o => name.startsWith(o) && !(o === 'parameter' && name !== o)); return found < 0 ? 9 : found; };
    columns.sort((a, b) => (a === 'parameter' ? -1 : b === 'parameter' ? 1 : (a === 'new_parameter') - (b === 'new_parameter') || rank(a) - rank(b)));
    const rows = [];
    let count = 0;
    for (const id of own.filter(id => ['weight', 'bias'].includes(model.arrays[id].kind))) {
      const array = model.arrays[id], kind = array.kind;
      const like = columns.map(name => own.find(other => model.arrays[other].layer === array.layer &&
        model.arrays[other].kind.includes(kind) && column(model.arrays[other]) === name));
      for (let offset = 0; offset < calculation.length(id); offset++) {
        count++;
        if (rows.length < MOST) rows.push([named(id, offset), `<td>${esc(connection(array, offset))}</td>`, ...like.map(other => other === undefined ? '<td></td>' : cell(other, offset))]);
      }
    }
    const heads = columns.map(name => esc(model.arrays[own.find(id => column(model.arrays[id]) === name)].head));
    return table(say('Parameters'), [say('parameter'), say('connection'), ...heads], rows) + shortened(rows, count);
  }

  function connection(array, offset) {
    const layer = model.layers[array.layer].neurons, before = model.layers[array.layer - 1].neurons;
    if (array.kind === 'weight') return `${before[offset % before.length]} → ${layer[Math.floor(offset / before.length)]}`;
    return calculation.length(model.arrays.indexOf(array)) === layer.length ? `→ ${layer[offset]}` : say('shared by {neurons}', {neurons: layer.slice(0, 6).join(', ')});
  }

  /* Whatever stands in no other table: name and number, by the part of the calculation. */
  function others(left, title) {
    const groups = new Map();
    for (const id of left) {
      const array = model.arrays[id], name = title || array.group, group = groups.get(name) || [];
      for (let offset = 0; offset < calculation.length(id) && group.length < MOST; offset++) {
        group.push([named(id, offset), `<td>${esc(array.words)}</td>`, cell(id, offset)]);
      }
      groups.set(name, group);
    }
    return [...groups].map(([group, rows]) => table(group, [say('name'), say('what it is'), say('value')], rows)).join('');
  }

  function draw() {
    const box = $('#tables');
    if (model.graph) {
      box.innerHTML = others(calculation.steps.arrays);
    } else {
      const loose = ids(a => a.phase === 'errors' && a.shape.length === 0);
      const single = a => a.samples && a.shape.length === 1 && !a.part;
      const rest = ids((a, id) => !single(a) && !(!a.samples && /weight|bias/.test(a.kind)) && !loose.includes(id) && !['setting', 'learning_rate'].includes(a.kind));
      box.innerHTML = neurons(say('Forward'), a => a.kind === 'input' || a.phase === 'forward') +
        neurons(say('Errors'), a => a.kind === 'target' || a.phase === 'errors') + neurons(say('Backward'), a => a.phase === 'backward') +
        others(loose, say('Loss')) + parameters() +
        (rest.length ? `<details><summary>${say('Paths, parts and everything else')}</summary>${others(rest)}</details>` : '');
    }
    box.querySelectorAll('table.numbers').forEach(t => { const first = t.querySelector('.q'); if (first) first.tabIndex = 0; });
    page.register(box);
  }

  /* Arrow keys go from number to number within a table: one stop of the tabulator for each. */
  $('#tables').addEventListener('keydown', event => {
    const from = event.target.closest('.q');
    const by = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]}[event.key];
    if (!from || !by) return;
    event.preventDefault();
    event.stopPropagation();
    const row = from.closest('tr'), column = from.closest('td').cellIndex;
    let next = null;
    if (by[0]) {
      let other = row;
      while ((other = by[0] > 0 ? other.nextElementSibling : other.previousElementSibling) && !next) next = other.cells[column] && other.cells[column].querySelector('.q');
    } else {
      const all = [...row.querySelectorAll('.q')];
      next = all[all.indexOf(from) + by[1]];
    }
    if (!next) return;
    from.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  page.on(why => { if (why === 'way' || why === 'sample') draw(); });
  return {draw};
}

/* Fields for what is given: typed, or moved with the slider beside them. */
function Given(page) {
  const {model, calculation, names, numbers, esc, $} = page;
  const MOST = model.wide ? 12 : 48;
  const box = $('#given');
  const editable = array => (array.given || array.kind === 'input' || array.kind === 'target') &&
    !array.mean && array.slot !== 't' && array.kind !== 'derivative';

  function field(id, offset) {
    const name = esc(names.name(id, offset));
    return `<div class="field"><label><math>${names.label(id, offset)}</math>
      <input type="text" inputmode="decimal" autocomplete="off" spellcheck="false" data-edit="${name}" aria-label="${name}"></label>
      <input type="range" data-slide="${name}" aria-label="${say('{name}, slider', {name})}" tabindex="-1"></div>`;
  }

  function group(title, list) {
    const all = list.flatMap(id => Array.from({length: calculation.length(id)}, (_, k) => [id, k]));
    if (!all.length) return '';
    const more = all.length > MOST ? `<p class="note">${counted(all.length - MOST, '{count} more is left out.', '{count} more are left out.')}</p>` : '';
    return `<fieldset><legend>${title}</legend><div class="fields">${all.slice(0, MOST).map(([id, k]) => field(id, k)).join('')}</div>${more}</fieldset>`;
  }

  function draw() {
    const own = calculation.steps.arrays.filter(id => editable(model.arrays[id]));
    const kind = (...kinds) => own.filter(id => kinds.includes(model.arrays[id].kind));
    const rate = model.rates.length ? kind('setting') : kind('learning_rate', 'setting');
    const rest = own.filter(id => !['input', 'node', 'target', 'weight', 'bias', 'learning_rate', 'setting'].includes(model.arrays[id].kind));
    box.innerHTML = group(say('Inputs'), kind('input', 'node')) + group(say('Targets'), kind('target')) + group(say('Weights'), kind('weight')) +
      group(say('Biases'), kind('bias')) + group(say('Kept by the optimiser'), rest) + group(say('Training'), rate);
    box.querySelectorAll('[data-slide]').forEach(slider => span(slider, current(slider.dataset.slide)));
    fill();
  }

  const current = name => page.value(name) ?? 0;

  /* A slider reaches as far on both sides as the number is large, and at least by one. */
  function span(slider, value) {
    const reach = Math.max(1, 2 * Math.abs(value));
    slider.min = -reach;
    slider.max = reach;
    slider.step = reach / 1000;
  }

  function fill() {
    box.querySelectorAll('[data-edit]').forEach(input => {
      if (input === document.activeElement && input.dataset.typing) return;
      input.value = numbers.full(current(input.dataset.edit));
      input.removeAttribute('aria-invalid');
    });
    box.querySelectorAll('[data-slide]').forEach(slider => {
      const value = current(slider.dataset.slide);
      if (Math.abs(value) > Number(slider.max)) span(slider, value);
      slider.value = value;
    });
  }

  /* What an option of the training may be, as the configuration checks it; empty if it may be that. */
  function refused(name, place, value) {
    const array = model.arrays[place.id], {least, above, below} = model.ranges[array.slot || array.kind] || {};
    if (least !== undefined && value < least) return say('{name} has to be at least {number}, so nothing was changed', {name, number: marked(String(least))});
    if (above !== undefined && value <= above) return say('{name} has to be above {number}, so nothing was changed', {name, number: marked(String(above))});
    return below !== undefined && value >= below ? say('{name} has to be below {number}, so nothing was changed', {name, number: marked(String(below))}) : '';
  }

  function edit(name, value) {
    const place = page.at(name), limit = refused(name, place, value);
    if (limit) { page.say(limit); return; }
    const row = page.now.rows[place.position];
    page.change(() => calculation.edit(place.id, place.offset, value, page.iteration, row));
    page.say(say('{name} is now {number}', {name, number: numbers.brief(value)}));
  }

  box.addEventListener('input', event => {
    const {edit: name, slide} = event.target.dataset;
    if (slide) { edit(slide, Number(Number(event.target.value).toPrecision(6))); return; }
    const value = numbers.read(event.target.value);
    if (Number.isNaN(value)) { event.target.setAttribute('aria-invalid', 'true'); return; }
    event.target.removeAttribute('aria-invalid');
    event.target.dataset.typing = 'yes';
    edit(name, value);
  });
  function refusal(name, typed) {
    return /\d,\d/.test(typed)
      ? say('{name}: not a number, so nothing was changed; write a point, not a comma', {name})
      : say('{name}: not a number, so nothing was changed', {name});
  }

  box.addEventListener('focusout', event => {
    delete event.target.dataset.typing;
    if (event.target.getAttribute('aria-invalid')) page.say(refusal(event.target.dataset.edit, event.target.value));
    fill();
  });

  page.on(why => {
    if (why === 'way') draw();
    if (why === 'done') fill();
  });
  return {draw};
}

/* The conventions: another way of calculating, from the same start. */
function Switches(page) {
  const {model, calculation, esc, $} = page;
  const box = $('#switches');
  if (!model.switches.length) { box.hidden = true; return; }
  const titles = new Map(model.switches.map(({name, title}) => [name, title])), title = name => titles.get(name);
  box.querySelector('.fields').innerHTML = model.switches.map(({name, stated, alternatives}) =>
    `<label class="switch">${esc(title(name))}<select data-switch="${esc(name)}"><option value="">${esc(stated)}</option>` +
    alternatives.map(a => `<option value="${esc(a.value)}">${esc(a.words)}</option>`).join('') + '</select></label>').join('');
  const selects = [...box.querySelectorAll('select')];
  const key = () => selects.filter(s => s.value).map(s => `${s.dataset.switch}=${s.value}`).sort().join(';');

  page.on(why => {
    if (why !== 'reset') return;
    selects.forEach(s => { s.value = ''; s.classList.remove('changed'); });
  });
  box.addEventListener('change', event => {
    let note = '';
    if (!(key() in model.ways)) {
      selects.forEach(s => { if (s !== event.target) s.value = ''; });
      note = ` (${say('the other conventions are as stated again: so many at once are not on this page')})`;
    }
    if (!(key() in model.ways)) { event.target.value = ''; note = ` (${say('does not go together with the rest')})`; }
    selects.forEach(s => s.classList.toggle('changed', s.value !== ''));
    page.change(() => calculation.choose(key()), 'way');
    page.say(`${title(event.target.dataset.switch)}: ${event.target.selectedOptions[0].textContent}${note}`);
  });
}
