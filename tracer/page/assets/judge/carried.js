// A calculation that goes on from numbers of one's own, and between which ends its numbers may lie.
// The port of tracer/diagnose/carried.py.

/** All numbers of a calculation, where those in `own` (a Map) are given.
 *
 *  `shortcut`: delta at the outputs is out − target. `parts`: a gradient is made of the samples' parts.
 *  `rewriting(id)`: another formula, or null. `rounding`: whatever is calculated is rounded first. */
class Carried {
  constructor(exact, own, { shortcut = false, parts = false, rewriting = null, rounding = null } = {}) {
    this.exact = exact;
    this.own = own;
    this._options = { shortcut, parts, rewriting };
    this._rounding = rounding;
    this._values = new Map();
    this._fromOwn = new Map();
    this.look = (id) => this.value(id);
  }

  /** The same calculation with every step rounded; what comes of own numbers alone is shared. */
  rounded(rounding) {
    const found = new Carried(this.exact, this.own, { ...this._options, rounding });
    found._fromOwn = this._fromOwn;
    return found;
  }

  /** Go on without one of the own numbers; nothing calculated so far may stand on it. */
  leaveOut(id) {
    this.own.delete(id);
    this._values.delete(id);
  }

  /** The number as one goes on with it; NaN where it has no value. */
  value(id) {
    const known = this.own.get(id) ?? this._values.get(id);
    if (known !== undefined) return known;
    const formula = this.formula(id);
    const value = formula ? this._kept(id, formula, formula.value(this.look)) : this.exact.value(id);
    this._values.set(id, value);
    return value;
  }

  _kept(id, formula, value) {
    const stays = this._rounding === null || this.exact.stays(id, formula);
    return stays ? value : this._rounding.round(value);
  }

  /** The formula that is used; null for what is given. */
  formula(id) {
    const { shortcut, parts, rewriting } = this._options;
    const other = rewriting?.(id) ?? (parts ? this.exact.made(id, "parts") : null);
    if (other !== null) return other;
    return (shortcut ? this.exact.made(id, "shortcut") : null) ?? this.exact.made(id);
  }

  /** What the formula gives, also where a value was supplied; NaN where that is nothing. */
  recalculated(id) {
    const formula = this.formula(id);
    if (formula === null) return this.value(id);
    if (!this._fromOwn.has(id)) {
      const value = formula.value(this.look);
      if (!formula.ids.every((key) => this.own.has(key))) return this._kept(id, formula, value);
      this._fromOwn.set(id, value);
    }
    return this._kept(id, formula, this._fromOwn.get(id));
  }

  /** d(recalculated value)/d(own value) for each own value that it goes back to, a Map; null where
   *  a slope has no value. */
  sensitivities(id) {
    const formula = this.formula(id);
    if (formula === null) return new Map();
    const waiting = new Map(), found = new Map();
    const hand = (slopes, gradient) => {
      for (const [key, slope] of slopes) waiting.set(key, (waiting.get(key) ?? 0) + gradient * slope);
    };
    const seeds = formula.slopes(this.look);
    if (seeds === null) return null;
    hand(seeds, 1);
    for (const key of this.order(formula).reverse()) {
      const gradient = waiting.get(key) ?? 0;
      if (this.own.has(key)) found.set(key, gradient);
      const slopes = this.own.has(key) ? [] : this.formula(key)?.slopes(this.look) ?? [];
      if (slopes === null) return null;
      hand(slopes, gradient);
    }
    return found;
  }

  /** What the number is calculated from and wasn't given, in an order of calculation. */
  before(id) {
    const formula = this.formula(id);
    const order = formula ? this.order(formula) : [];
    return order.filter((key) => !this.own.has(key) && this.formula(key) !== null);
  }

  /** What the formula goes back to, up to own values: each number after those it is made of. */
  order(formula) {
    const done = new Set();
    const visit = (key) => {
      if (done.has(key)) return;
      const made = this.own.has(key) ? null : this.formula(key);
      made?.ids.forEach(visit);
      done.add(key);
    };
    formula.ids.forEach(visit);
    return [...done];
  }
}

/** Between which ends each number of a carried calculation may lie.
 *
 *  `doubt(id)`: the ends of an own number. `step`: where a number may lie once it has been rounded, as in
 *  every step that was left out; null where nothing was. */
class Enclosed {
  constructor(carried, doubt, step = null) {
    this.carried = carried;
    this._doubt = doubt;
    this._step = step;
    this._known = new Map();
  }

  leaveOut(id) {
    this._known.delete(id);
    this.carried.leaveOut(id);
  }

  /** The ends of what the formula gives; `inner`: the same of what stands inside it. Throws NoValue. */
  recalculated(id, inner = null) {
    const formula = this.carried.formula(id);
    if (formula === null) return this._exactly(id);
    const usual = this.carried.exact.made(id);
    const worked = this._step === null && formula === usual && this.carried.exact.made(id, "worked");
    return this.of(worked || formula, inner);
  }

  /** The ends of what another formula gives. */
  of(formula, inner = null) {
    return formula.ends((id) => this._ends(id), inner);
  }

  _exactly(id) {
    const value = this.carried.value(id);
    if (Number.isNaN(value)) throw new NoValue();
    return [value, value];
  }

  _ends(id) {
    if (!this._known.has(id)) this._known.set(id, this._found(id));
    return this._known.get(id);
  }

  _found(id) {
    if (this.carried.own.has(id)) return this._doubt(id);
    const formula = this.carried.formula(id);
    if (formula === null) return this._exactly(id);
    const found = this.of(formula, this._step);
    return this._step === null || this.carried.exact.stays(id, formula) ? found : this._step(found);
  }
}
