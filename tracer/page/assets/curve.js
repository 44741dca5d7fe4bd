/* Curves: the loss and other numbers over the iterations so far. */

function Curve(page) {
  const {model, calculation, numbers, few, esc, $} = page;
  const WIDE = 520, HIGH = 230, LEFT = 62, BOTTOM = 30, TOP = 12, RIGHT = 12, POINTS = 600, DECADES = 2;
  const dashes = ['', '7 4', '2 3', '9 3 2 3', '1 4'];
  const box = $('#curve');
  let chosen = model.loss ? [model.loss] : [];
  let series = new Map(), version = -1;

  /* What has been calculated of each chosen number; calculated again where something was changed. */
  function record() {
    if (version !== calculation.version) { series = new Map(); version = calculation.version; }
    const wanted = chosen.filter(name => page.at(name.split('@')[0]) !== null || series.has(name));
    wanted.forEach(name => { if (!series.has(name)) series.set(name, []); });
    const known = Math.min(...wanted.map(name => series.get(name).length), Infinity);
    if (known >= page.iteration || !wanted.length) return;
    const places = new Map(wanted.map(name => [name, page.names.parse(name)]));
    calculation.replay(known + 1, page.iteration, (k, A, rows) => {
      for (const [name, {id, offset, sample}] of places) {
        const array = model.arrays[id], row = (sample || page.sample) - 1;
        const where = array.samples ? rows.indexOf(row) : 0;
        series.get(name)[k - 1] = where < 0 ? NaN : A[id][offset + where * calculation.length(id)];
      }
    });
  }

  /* At most so many points: of each stretch its smallest and its largest. */
  function thinned(values, last) {
    const size = Math.ceil(last / (POINTS / 2)), points = [];
    for (let start = 0; start < last; start += size) {
      let low = -1, high = -1;
      for (let k = start; k < Math.min(last, start + size); k++) {
        if (!Number.isFinite(values[k])) continue;
        if (low < 0 || values[k] < values[low]) low = k;
        if (high < 0 || values[k] > values[high]) high = k;
      }
      if (low >= 0) points.push(...[...new Set([low, high])].sort((a, b) => a - b).map(k => [k + 1, values[k]]));
    }
    return points;
  }

  /* Round numbers between two ends, about five. */
  function ticks(low, high) {
    const rough = (high - low) / 5 || 1, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough);
    const found = [];
    for (let n = Math.ceil(low / step); n * step <= high * (1 + 1e-9) + 1e-300; n++) found.push(n * step);
    return found;
  }

  function draw() {
    if (!calculation.trained || page.hidden) { box.hidden = true; return; }
    record();
    const curves = chosen.filter(name => series.has(name)).map(name => [name, thinned(series.get(name), page.iteration)]);
    const all = curves.flatMap(([, points]) => points.map(([, y]) => y));
    const positive = all.length > 0 && all.every(y => y > 0);
    const log = positive && Math.log10(Math.max(...all) / Math.min(...all)) >= DECADES;
    const scale = log ? Math.log10 : y => y;
    let low = Math.min(...all.map(scale)), high = Math.max(...all.map(scale));
    if (!all.length) [low, high] = [0, 1];
    if (low === high) [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
    const last = Math.max(2, page.iteration);
    const x = k => LEFT + (k - 1) / (last - 1) * (WIDE - LEFT - RIGHT);
    const y = v => TOP + (high - v) / (high - low) * (HIGH - TOP - BOTTOM);
    const n = value => value.toFixed(1);
    const marks = log
      ? Array.from({length: Math.floor(high) - Math.ceil(low) + 1}, (_, k) => Math.ceil(low) + k).filter((_, k, a) => k % Math.ceil(a.length / 6) === 0)
      : ticks(low, high);
    const grid = marks.map(v => `<line class="grid" x1="${LEFT}" x2="${WIDE - RIGHT}" y1="${n(y(v))}" y2="${n(y(v))}"/>` +
      `<text class="tick" x="${LEFT - 6}" y="${n(y(v) + 4)}" text-anchor="end">${log ? few.brief(10 ** v) : few.brief(Number(v.toPrecision(10)))}</text>`).join('');
    const below = ticks(1, last).filter(Number.isInteger).map(k => `<text class="tick" x="${n(x(k))}" y="${HIGH - 10}" text-anchor="middle">${k}</text>`).join('');
    const lines = curves.map(([name, points], k) => `<path class="line line-${k % 5}" stroke-dasharray="${dashes[k % 5]}" d="${points.map(([i, v], at) =>
      `${at ? 'L' : 'M'}${n(x(i))} ${n(y(scale(v)))}`).join('')}"/>` + points.slice(-1).map(([i, v]) => `<circle class="line-${k % 5}" cx="${n(x(i))}" cy="${n(y(scale(v)))}" r="3"/>`).join('')).join('');
    const legend = curves.map(([name], k) => `<li><svg class="sample" viewBox="0 0 26 8" aria-hidden="true"><path class="line line-${k % 5}" stroke-dasharray="${dashes[k % 5]}" d="M0 4L26 4"/></svg>` +
      `<code>${esc(name)}</code> <button type="button" data-drop="${esc(name)}" aria-label="${say('no curve of {name}', {name: esc(name)})}">×</button></li>`).join('');
    const words = counted(page.iteration, '{names} over {count} iteration', '{names} over {count} iterations', {names: chosen.join(', ')}) + (log ? `, ${say('logarithmic axis')}` : '');
    box.querySelector('.plot').innerHTML = `<svg viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label="${esc(words)}">${grid}${below}` +
      `<line class="axis" x1="${LEFT}" x2="${WIDE - RIGHT}" y1="${HIGH - BOTTOM}" y2="${HIGH - BOTTOM}"/>${lines}</svg>`;
    box.querySelector('.legend').innerHTML = legend;
    box.querySelector('.axis-words').textContent = [log ? say('logarithmic axis') : '', overAll()].filter(Boolean).join('; ');
  }

  /* The loss of all the samples, where a batch has fewer. */
  function overAll() {
    const all = calculation.overAll(page.iteration), id = model.arrays.findIndex(array => array.kind === 'loss');
    return all ? say('over all {count} samples the loss is {number}', {count: all.rows.length, number: numbers.brief(all.A[id][0])}) : '';
  }

  box.addEventListener('click', event => {
    const {drop} = event.target.dataset;
    if (drop) { chosen = chosen.filter(name => name !== drop); draw(); }
  });
  box.querySelector('form').addEventListener('submit', event => {
    event.preventDefault();
    const field = box.querySelector('input'), name = field.value.trim();
    if (!page.at(name)) { page.say(say('there is no number {name}', {name: `'${name}'`})); field.setAttribute('aria-invalid', 'true'); return; }
    field.removeAttribute('aria-invalid');
    if (!chosen.includes(name)) chosen.push(name);
    field.value = '';
    draw();
  });
  if (model.loss) box.querySelector('input').placeholder = page.model.layers.length ? 'out_o1' : model.loss;
  page.on(why => { if (why === 'done') draw(); });
  return {draw};
}
