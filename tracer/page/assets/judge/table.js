// What each mistake gives from the right numbers, found once and kept for every sheet.
// The port of tracer/diagnose/mistakes/table.py.

const MOST_VARIANTS = 4, MOST_ON_A_WAY = 500, MOST_SYMBOLS = 2000, NEAR_STEPS = 2;
const MOST_WAYS = 2048; // that are kept, while somebody types

/** The steps to a number from what was supplied, in an order of calculation; the number is last. */
class Way {
  constructor(steps, exact) {
    this.steps = steps;
    this.last = steps[steps.length - 1];
    this._formulas = new Map(steps.map((step) => [step, exact.made(step)]));
  }

  get size() {
    return [...this._formulas.values()].reduce((sum, formula) => sum + (formula?.ids.length ?? 0), 0);
  }

  /** What the number comes to with these formulas (a Map); the rest as look(id) gives it. */
  value(changes, look) {
    const changed = new Map();
    const over = (id) => (changed.has(id) ? changed.get(id) : look(id));
    for (const step of this.steps) {
      const own = this._formulas.get(step);
      const formula = changes.get(step) ?? (own?.ids.some((id) => changed.has(id)) ? own : null);
      if (formula === null) continue;
      const value = formula.value(over);
      if (Number.isNaN(value)) return NaN;
      changed.set(step, value);
    }
    return changed.get(this.last) ?? NaN;
  }

  /** The steps that so few formulas lie between. */
  within(distance) {
    const found = new Set();
    let here = new Set([this.last]);
    for (let round = 0; round < distance; round++) {
      const used = [...here].flatMap((step) => this._formulas.get(step)?.ids ?? []);
      here = new Set(used.filter((id) => this._formulas.get(id)));
      for (const id of here) found.add(id);
    }
    return [...found];
  }
}

/** The slips in a number's own formula, what is usual before what is rare. */
function slipsNear(exact, id) {
  exact.near[id] = exact.near[id] ?? usualFirst(exact.rowsAt(id).flatMap((row) =>
    exact.variants(row, id, true).map((variant) => ({
      row: exact.exercise.mistakes[row],
      changes: new Map([[id, variant]]),
      value: variant.value((key) => exact.value(key)),
      step: null,
      rewriting: null,
      alone: false,
    }))));
  return exact.near[id];
}

/** The way through these steps to the last of them, and the slips made before that one: everywhere
 *  before alone, what is usual before what is rare. */
function slipsFar(exact, steps) {
  const key = steps.join(" ");
  if (!exact.far.has(key)) {
    const way = new Way(steps, exact);
    const tooLong = steps.length > MOST_ON_A_WAY || way.size > MOST_SYMBOLS;
    const slips = tooLong ? [] : [...everywhere(exact, way), ...alone(exact, way)];
    if (exact.far.size >= MOST_WAYS) exact.far.delete(exact.far.keys().next().value);
    exact.far.set(key, { way, slips: usualFirst(slips) });
  }
  return exact.far.get(key);
}

function usualFirst(slips) {
  return [false, true].flatMap((isAlone) => [false, true].flatMap((rare) =>
    slips.filter((slip) => slip.alone === isAlone && slip.row.rare === rare)));
}

/** Each row wherever it can be made. */
function* everywhere(exact, way) {
  for (const row of exact.rowsOf(way.steps)) {
    const found = way.steps.map((step) => [step, exact.variants(row, step)]);
    for (let number = 0; number < MOST_VARIANTS; number++) {
      const made = found.filter(([, variants]) => variants.length > number);
      const changes = new Map(made.map(([step, variants]) => [step, variants[number]]));
      const first = made.find(([step]) => step !== way.last);
      if (first === undefined) continue;
      const value = way.value(changes, (id) => exact.value(id));
      const rewriting = (id) => exact.variants(row, id)[number] ?? null;
      yield { row: exact.exercise.mistakes[row], changes, value, step: first[0], rewriting, alone: false };
    }
  }
}

/** Each row in one step, of those near the number; where it is the only one, that is above. */
function* alone(exact, way) {
  const near = way.within(NEAR_STEPS);
  for (const row of exact.rowsOf(near)) {
    const places = way.steps.filter((step) => exact.variants(row, step).length).length;
    for (const step of places > 1 ? near : []) {
      for (const variant of exact.variants(row, step)) {
        const changes = new Map([[step, variant]]);
        const value = way.value(changes, (id) => exact.value(id));
        const rewriting = (id) => changes.get(id) ?? null;
        yield { row: exact.exercise.mistakes[row], changes, value, step, rewriting, alone: true };
      }
    }
  }
}
