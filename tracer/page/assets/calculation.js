/* The calculation: arrays, programs, iterations, edits.

No mathematics stands here: `functions` and `rates` are what the program wrote from its formulas, one
function for each array. A state is what an update changes (parameters and what an optimiser keeps).
An iteration is a function of its state, so any one can be calculated again from a state before it. */

function Calculation(model, functions, rates) {
  const arrays = model.arrays, EVERY = 64;
  const input = arrays.findIndex(a => a.kind === 'input' && a.samples);
  const target = arrays.findIndex(a => a.kind === 'target' && a.samples);
  const lengths = arrays.map(a => a.shape.reduce((n, m) => n * m, 1));
  const memory = new Map(); // arrays by way and size of the batch
  let way, edited, data, states, overrides;

  function reset(key = '') {
    data = structuredClone(model.data || {inputs: [], targets: [], names: []});
    edited = new Map(model.start.map(([id, values]) => [id, Float64Array.from(values)]));
    overrides = new Map();
    choose(key);
  }

  /* Another way of calculating, from the same start. */
  function choose(key) {
    way = model.ways[key];
    api.way = key;
    for (const id of way.arrays) {
      if (!edited.has(id) && isGiven(id)) edited.set(id, resized(id));
    }
    forget(1);
  }

  const isGiven = id => arrays[id].given && !arrays[id].samples;

  /* What an array begins with that another way has in another shape: a shared bias for each neuron. */
  function resized(id) {
    const like = a => ['kind', 'layer', 'slot', 'mean'].every(key => a[key] === arrays[id][key]);
    const other = [...edited.keys()].find(known => known !== id && like(arrays[known]));
    const from = other === undefined ? [0] : edited.get(other);
    return Float64Array.from({length: lengths[id]}, (_, k) => from[k % from.length]);
  }

  function forget(from) {
    if (from <= 1) states = new Map([[1, start()]]);
    for (const k of [...states.keys()]) if (k > from) states.delete(k);
    api.version++;
  }

  const start = () => changed(1, new Map(way.next.map(([id]) => [id, edited.get(id)])));

  /* The state of an iteration with what was typed in place of what came out. */
  function changed(iteration, state) {
    const own = overrides.get(iteration);
    if (!own) return state;
    const copy = new Map(state);
    for (const [id, offset, value] of own) {
      if (!copy.has(id)) continue;
      const array = Float64Array.from(copy.get(id));
      array[offset] = value;
      copy.set(id, array);
    }
    return copy;
  }

  /* The samples of an iteration's batch, as rows of the data from 0. */
  function rows(iteration) {
    const {size, samples, orders, first = 0} = model.batch;
    if (orders) return orders[iteration - 1] || [];
    const perEpoch = Math.ceil(samples / size), piece = (first + iteration - 1) % perEpoch;
    const count = Math.min(size, samples - piece * size);
    return Array.from({length: count}, (_, k) => piece * size + k);
  }

  function allocated(size, name) {
    const key = `${api.way}/${size}/${name}`;
    if (!memory.has(key)) {
      const A = [];
      for (const id of way.arrays) A[id] = new Float64Array(lengths[id] * (arrays[id].samples ? size : 1));
      memory.set(key, A);
    }
    return memory.get(key);
  }

  function fill(A, picked, state, iteration) {
    for (const id of way.arrays) if (isGiven(id)) A[id].set(state.get(id) || edited.get(id) || [0]);
    for (const [id, table] of [[input, data.inputs], [target, data.targets]]) {
      if (id < 0 || !A[id]) continue;
      const width = lengths[id];
      picked.forEach((row, k) => { if (table[row]) A[id].set(table[row], k * width); });
    }
    const updates = model.earlier + iteration;
    if (model.update !== null && A[model.update]) A[model.update][0] = updates;
    if (rates.length) A[model.rate][0] = rate(A, iteration);
  }

  function stretch(iteration) {
    const found = model.rates.findIndex(each => iteration <= each.last);
    return found < 0 ? model.rates.length - 1 : found;
  }

  function rate(A, iteration) {
    const each = model.rates[stretch(iteration)];
    return rates[stretch(iteration)](A, each.numbers.map(([at, step]) => at + (iteration - each.first) * step));
  }

  function run(A, steps) {
    for (const [, code] of steps) functions[code](A);
  }

  /* Everything of one iteration, in arrays of its own. */
  function calculated(iteration, name = 'shown') {
    const picked = rows(iteration), A = allocated(picked.length, name);
    fill(A, picked, state(iteration), iteration);
    const steps = way.sizes[picked.length];
    run(A, steps);
    const filled = new Set(steps.map(([id]) => id));
    // A batch of one sample calculates no parts of gradients, though the others do.
    const has = id => arrays[id].given || filled.has(id);
    return {A, rows: picked, steps, iteration, has};
  }

  /* The state before an iteration. */
  function state(iteration) {
    let k = Math.max(...[...states.keys()].filter(known => known <= iteration));
    let now = states.get(k);
    for (; k < iteration; k++) {
      const picked = rows(k), A = allocated(picked.length, 'run');
      fill(A, picked, now, k);
      run(A, way.sizes[picked.length]);
      now = changed(k + 1, new Map(way.next.map(([id, after]) => [id, Float64Array.from(A[after])])));
      if ((k + 1) % EVERY === 0) states.set(k + 1, now);
    }
    states.set(iteration, now);
    if (states.size > 4000) thin();
    return now;
  }

  function thin() {
    [...states.keys()].forEach((k, n) => { if (k !== 1 && n % 2) states.delete(k); });
  }

  /* Every iteration from `from` to `to` once more: `done(k, A, rows)` sees each. */
  function replay(from, to, done) {
    for (let k = from; k <= to; k++) {
      const {A, rows: picked} = calculated(k, 'run');
      done(k, A, picked);
      if (k < to) states.set(k + 1, changed(k + 1, new Map(way.next.map(([id, after]) => [id, Float64Array.from(A[after])]))));
      if (k % EVERY !== 0 && k !== 1) states.delete(k);
    }
  }

  /* The loss over all samples, before an iteration's update. */
  function overAll(iteration) {
    if (!way.all) return null;
    const picked = Array.from({length: model.batch.samples}, (_, k) => k);
    const A = allocated(picked.length, 'all');
    fill(A, picked, state(iteration), iteration);
    run(A, way.all);
    return {A, rows: picked, steps: way.all, iteration};
  }

  /* Change a given number from an iteration on: inputs, targets and options in all of them. */
  function edit(id, offset, value, iteration, row) {
    if (arrays[id].samples) {
      (id === input ? data.inputs : data.targets)[row][offset] = value;
      forget(1);
    } else if (iteration > 1 && way.next.some(([changing]) => changing === id)) {
      const own = overrides.get(iteration) || [];
      overrides.set(iteration, [...own.filter(([a, o]) => a !== id || o !== offset), [id, offset, value]]);
      const now = states.get(iteration) || state(iteration);
      forget(iteration);
      states.set(iteration, changed(iteration, now));
    } else {
      edited.get(id)[offset] = value;
      forget(1);
    }
  }

  /* Whether there is a batch, and a learning rate, for the iteration. */
  const known = iteration => !model.batch.orders || iteration <= model.batch.orders.length;

  const api = {
    version: 0, way: '', reset, choose, calculated, replay, overAll, edit, known, rows,
    trained: Object.values(model.ways)[0].next.length > 0,
    get steps() { return way; },
    has: id => way.arrays.includes(id),
    length: id => lengths[id],
  };
  reset();
  return api;
}
