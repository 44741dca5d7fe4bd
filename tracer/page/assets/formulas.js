/* Formulas of single numbers: names or numbers put into the places of what the program wrote. */

function Formulas(model, functions, calculation, names, numbers) {
  const USUAL = 2, SHORT = 3, USUAL_FUNCTION = 4, DIGITS_LOST = 1e-9;

  /* The place of an offset in an array that is flat, row by row. */
  function unravelled(offset, shape) {
    const index = [];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index.unshift(offset % shape[axis]);
      offset = Math.floor(offset / shape[axis]);
    }
    return index;
  }

  const step = (now, id) => now.steps.find(([array]) => array === id) || null;

  /* Where a number stands in its array: its place, with the sample's position before it. */
  function placeOf(now, id, offset, position) {
    const array = model.arrays[id];
    const index = unravelled(offset, array.shape);
    return array.samples ? [position, ...index] : index;
  }

  function piece(pieces, place) {
    return pieces.find(([fixed]) => fixed.every(([axis, index]) => place[axis] === index));
  }

  /* A leaf as {id, offset, position}: one number of one array of this iteration. */
  function found([id, offset, steps], place, more = 0) {
    const array = model.arrays[id];
    let at = offset + more;
    steps.forEach((by, axis) => { at += by * place[axis]; });
    const length = calculation.length(id);
    return array.samples
      ? {id, offset: at % length, position: Math.floor(at / length)}
      : {id, offset: at, position: 0};
  }

  const valueOf = (now, leaf) =>
    now.A[leaf.id][leaf.offset + (model.arrays[leaf.id].samples ? leaf.position * calculation.length(leaf.id) : 0)];

  /* The formula with its places, its leaves and everything that it stands on; null for what is given. */
  function formula(now, id, offset, position, which = USUAL) {
    const row = step(now, id);
    if (!row || row[which] === undefined) return null;
    const place = placeOf(now, id, offset, position);
    const own = piece(model.formulas[row[which]], place);
    if (!own) return null;
    const [, named, numbered, leaves, uses] = own;
    return {
      named: model.texts[named], numbered: model.texts[numbered],
      leaves: leaves.map(leaf => found(leaf, place)),
      uses: uses ? uses.flatMap(use => every(use, place)) : leaves.map(leaf => found(leaf, place)),
    };
  }

  /* Whether the usual formula gives the number with fewer digits than are shown, or not at all. */
  function loses(now, {id, offset, position}) {
    const row = step(now, id);
    if (!row || row[SHORT] === undefined) return false;
    const at = offset + (model.arrays[id].samples ? position * calculation.length(id) : 0);
    const kept = now.A[id], scratch = new Float64Array(kept.length);
    now.A[id] = scratch;
    functions[row[USUAL_FUNCTION]](now.A);
    now.A[id] = kept;
    return !(Math.abs(scratch[at] - kept[at]) <= DIGITS_LOST * Math.abs(kept[at]));
  }

  /* All the numbers that one symbol of a long sum stands for. */
  function every([id, offset, steps, runs], place) {
    let more = [0];
    for (const [by, count] of runs) {
      more = more.flatMap(at => Array.from({length: count}, (_, k) => at + by * k));
    }
    return more.map(at => found([id, offset, steps], place, at));
  }

  const filled = (text, fill) => text.replace(/(<msup>)?§(\d+)(!?)§/g, (_, raised, place, brackets) =>
    (raised || '') + fill(Number(place), {brackets: Boolean(brackets), raised: Boolean(raised)}));

  const withNames = f => filled(f.named, place => labelled(f.leaves[place]));
  const withNumbers = (f, now) => filled(f.numbered, (place, how) => {
    const leaf = f.leaves[place];
    return `<mrow class="q" data-leaf="${place}">${numbers.mathml(valueOf(now, leaf), how)}</mrow>`;
  });
  const labelled = leaf => names.label(leaf.id, leaf.offset);

  /* The numbers of this sample whose formulas hold this one: searched, since formulas only look back. */
  function users(now, id, offset, position, most) {
    const wanted = offset + (model.arrays[id].samples ? position * calculation.length(id) : 0);
    const own = [];
    for (const [array, , number] of now.steps) {
      if (number === undefined) continue;
      const {shape, samples} = model.arrays[array], axes = samples ? [1, ...shape] : shape;
      const first = samples ? [position, ...shape.map(() => 0)] : shape.map(() => 0);
      for (const [fixed, , , leaves, uses] of model.formulas[number]) {
        for (const use of uses || leaves) {
          if (use[0] === id && own.length <= most) own.push(...places(use, wanted, axes, first, fixed, samples, array, most));
        }
      }
    }
    return own;
  }

  /* The places of an array whose formula holds the wanted offset of the array that `use` is about. */
  function places([, offset, steps, runs = []], wanted, axes, first, fixed, samples, id, most) {
    const held = new Map(fixed), found = [];
    const start = steps.reduce((sum, by, axis) => sum + by * first[axis], offset);
    const inside = (at, k) => k === runs.length ? at === wanted
      : Array.from({length: runs[k][1]}).some((_, term) => inside(at + runs[k][0] * term, k + 1));
    const reach = runs.map(([by, count]) => [Math.min(0, by * (count - 1)), Math.max(0, by * (count - 1))]);
    const low = reach.reduce((sum, [a]) => sum + a, 0), high = reach.reduce((sum, [, b]) => sum + b, 0);
    const walk = (axis, at, place) => {
      if (found.length > most) return;
      if (axis === axes.length) {
        if (at + low <= wanted && wanted <= at + high && inside(at, 0)) found.push({id, offset: place, position: samples ? first[0] : 0});
        return;
      }
      const own = held.has(axis) ? [held.get(axis)] : Array.from({length: axes[axis]}, (_, k) => k);
      for (const k of own) walk(axis + 1, at + (steps[axis] || 0) * k, samples && axis === 0 ? 0 : place * axes[axis] + k);
    };
    walk(0, start, 0);
    return found;
  }

  return {formula, short: (now, id, offset, position) => formula(now, id, offset, position, SHORT), loses, withNames, withNumbers, valueOf, users, unravelled};
}
