// Slips in steps that were not supplied, found from what two wrong numbers have in common.
// The port of tracer/diagnose/hidden.py.

const MOST_HIDDEN = 80, NEWTON = 6, CLEAR = 5;

/** Steps that were not supplied, and which value of theirs gives a wrong number. */
class HiddenSlips {
  constructor(exact, own) {
    this._exact = exact;
    this._own = own;
    this._carried = new Carried(exact, own);
    this._before = new Map();
    this._solved = new Map();
  }

  /** Whether one value of a step that wasn't supplied gives both answers. `right`: what the second
   *  should be; `slack`: how far each may be off by the way it is written. */
  explains(first, second, right, slack) {
    const common = new Set(this._steps(first.id));
    return this._steps(second.id).some((step) =>
      common.has(step) && this._givesBoth(step, first, second, right, slack));
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
      this._before.set(id, steps.length <= MOST_HIDDEN ? steps.reverse() : []);
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
    return new Carried(this._exact, new Map(this._own).set(step, value)).recalculated(id);
  }
}
