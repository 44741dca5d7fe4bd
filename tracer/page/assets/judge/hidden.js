// Slips in steps that were not supplied, found from what two wrong numbers have in common.
// The port of tracer/diagnose/hidden.py.

const MOST_HIDDEN = 80, NEWTON = 6, CLEAR = 5;

/** Steps that were not supplied, and which value of theirs gives a wrong number. */
class HiddenSlips {
  constructor(exact, own) {
    this._carried = new Carried(exact, own);
    this._before = new Map();
    this._solved = new Map();
    this._ways = new Map();
  }

  /** Whether one value of a step that wasn't supplied gives both answers. `right`: what the second
   *  should be; `slack`: how far each may be off by the way it is written. */
  explains(first, second, right, slack) {
    const common = this._steps(first.id);
    for (const step of common.size ? this._steps(second.id) : []) {
      if (common.has(step) && this._givesBoth(step, first, second, right, slack)) return true;
    }
    return false;
  }

  _givesBoth(step, first, second, right, slack) {
    const ends = [-slack[0], slack[0]].map((by) => this._solvedFor(step, first.id, first.value + by));
    if (ends.some(Number.isNaN)) return false;
    const found = ends.map((end) => this._second(step, end, second.id));
    if (!found.every(Number.isFinite)) return false;
    const low = Math.min(...found) - slack[1], high = Math.max(...found) + slack[1];
    const clear = CLEAR * (high - low) / 2;
    return low <= second.value && second.value <= high && Math.abs(second.value - right) > clear;
  }

  /** The steps left out before a number, the nearest first; none where there are too many. */
  _steps(id) {
    if (!this._before.has(id)) {
      const steps = this._carried.before(id);
      this._before.set(id, new Set(steps.length <= MOST_HIDDEN ? steps.reverse() : []));
    }
    return this._before.get(id);
  }

  _solvedFor(step, id, wanted) {
    const key = `${step} ${id} ${wanted}`;
    if (!this._solved.has(key)) this._solved.set(key, this._value(step, id, wanted));
    return this._solved.get(key);
  }

  /** The value of the step with which the number comes out as wanted, by the secant method; or NaN. */
  _value(step, id, wanted) {
    let x = this._carried.value(step), y = this._second(step, x, id);
    let other = x + Math.max(Math.abs(x), 1e-3) * 1e-3;
    for (let round = 0; round < NEWTON; round++) {
      const z = this._second(step, other, id);
      if (z === y) break;
      [x, y, other] = [other, z, other + ((wanted - z) * (other - x)) / (z - y)];
      if (Math.abs(y - wanted) <= 1e-12 * Math.abs(wanted)) break;
    }
    const isNear = Math.abs(y - wanted) <= 1e-9 * Math.max(Math.abs(wanted), 1e-9);
    return Number.isFinite(y) && isNear ? x : NaN;
  }

  /** The number where the step has that value; NaN where it has none. */
  _second(step, value, id) {
    const changed = new Map([[step, value]]);
    const look = (key) => changed.get(key) ?? this._carried.value(key);
    for (const [key, formula] of this._between(step, id)) changed.set(key, formula.value(look));
    return changed.get(id);
  }

  /** [number, formula] of what is made of the step on the way to the number, which is last. */
  _between(step, id) {
    const key = `${step} ${id}`;
    if (!this._ways.has(key)) {
      const reached = new Set([step]), found = [];
      for (const inner of [...this._carried.before(id), id]) {
        const formula = this._carried.formula(inner);
        const isMade = inner !== step && formula.ids.some((used) => reached.has(used));
        if (isMade) reached.add(inner);
        if (isMade || inner === id) found.push([inner, formula]);
      }
      this._ways.set(key, found);
    }
    return this._ways.get(key);
  }
}
