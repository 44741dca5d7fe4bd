// Which known mistakes a wrong number matches. The port of tracer/diagnose/mistakes/search.py.

const FAR = 1 / 2000, COARSE = 1 / 4, LEAST_DIGITS = 3;
const APART = 3, RARE_APART = 6, ALONE_APART = 10, BAND = 0.05, ROUGH = 1 / 200, TAINTING = 3;

/** A wrong number, and what would have been right. */
class Wrong {
  constructor(answer, right) {
    this.answer = answer;
    this.right = right;
    this.isCoarse = !answer.isExact && answer.written.significant < LEAST_DIGITS;
  }

  isExplained(value, limit, bound, apart) {
    if (this.isCoarse) return this._isPossible(value);
    return isExplained(this.answer, value, limit, this.right, bound, apart);
  }

  /** Whether one digit or two may come from it, and from no right number. */
  _isPossible(value) {
    const { answer, right } = this;
    if (answer.value === 0 || value === 0) return answer.value === value && isApart(answer, 0, right);
    const slack = answer.slack(value);
    const isNear = Math.abs(answer.value - value) <= slack && slack <= Math.abs(value) * COARSE;
    return isNear && right.every((other) => Math.abs(value - other) > 2 * slack);
  }

  /** Whether the value from the right numbers is so near that rounded ones may give the rest. */
  isWorthALook(value) {
    if (Number.isNaN(value)) return false;
    const { answer } = this, size = Math.max(Math.abs(value), Math.abs(answer.value));
    return Math.abs(value - answer.value) <= BAND * size + answer.slack(value);
  }
}

/** Whether the answer is `value` as written, to digits enough, and none of the right values is. */
function isExplained(answer, value, limit, right, bound = null, apart = APART) {
  if (!Number.isFinite(value)) return false;
  if (value === 0) return answer.value === 0 && isApart(answer, 0, right); // a factor is lost
  let slack = answer.slack(value);
  const distance = Math.abs(answer.value - value), most = Math.abs(value) * limit;
  if (bound && !answer.isExact && slack < distance && distance <= most) slack += bound();
  if (distance > slack || slack > most) return false;
  return right.every((other) => Math.abs(value - other) > apart * slack);
}

/** Whether the value can be told from the right ones at the digits written. */
function isApart(answer, value, right) {
  return right.every((other) => Math.abs(value - other) > APART * answer.slack(other));
}

/** Matches for the wrong numbers of a sheet. */
class MistakeSearch {
  constructor(part, settle) {
    this._exact = part.exact;
    this._answers = part.answers;
    this._step = settle;
    this._carried = new Carried(part.exact, part.own);
    const right = new Map([...part.own.keys()].map((id) => [id, part.exact.value(id)]));
    this._right = new Carried(part.exact, right);
    this._tainted = this._taintedNumbers();
  }

  /** What was supplied and is not right, or so rough that it changes what comes of it. */
  _taintedNumbers() {
    const found = new Set();
    for (const [id, { value, uncertainty }] of this._answers) {
      const off = Math.abs(value - this._exact.value(id));
      if (off > TAINTING * uncertainty || uncertainty > ROUGH * Math.abs(value)) found.add(id);
    }
    return found;
  }

  /** {named, possible}: the mistakes that match; those that may have been made where too few digits say
   *  which. `rows`: limits the search to these names. */
  found(answer, right, rows = null) {
    const wrong = new Wrong(answer, right);
    const wanted = (match) => rows === null || rows.has(match.name);
    const found = [...this._byRows(wrong, rows), ...[...this._pen(wrong)].filter(wanted)];
    if (!found.length && !wrong.isCoarse && !answer.isExact && rows === null) {
      const explains = (value, calculation) =>
        wrong.isExplained(value, FAR, () => this._bound(calculation, answer.id), ALONE_APART);
      found.push(...misreadNumbers(this._carried, answer, explains).map((match) => this._told(match)));
    }
    const told = eachOnce(found.map((match) => ({ ...NOTHING, ...match })));
    const vague = wrong.isCoarse || answer.value === 0;
    return vague ? { named: [], possible: told } : { named: told, possible: [] };
  }

  /** Near before far, everywhere before alone, what is usual before what is rare. */
  *_byRows(wrong, rows) {
    const { id } = wrong.answer, exact = this._exact;
    const wanted = (slip) => rows === null || rows.has(slip.row.name);
    for (const slip of slipsNear(exact, id).filter(wanted)) {
      const match = this._near(slip, wrong);
      if (match) yield match;
    }
    if (wrong.isCoarse) return;
    const { way, slips } = slipsFar(exact, [...this._carried.before(id), id]);
    for (const slip of slips.filter(wanted)) {
      const match = this._far(slip, way, wrong);
      if (match) yield match;
    }
  }

  /** The match of the quantity's own formula, rewritten. */
  _near(slip, wrong) {
    const { id } = wrong.answer, variant = slip.changes.get(id);
    const apart = slip.row.rare ? RARE_APART : APART;
    for (const base of this._bases(slip, wrong)) {
      const value = base === this._right ? slip.value : variant.value(base.look);
      const bound = () => this._bound(base, id, variant);
      if (!Number.isNaN(value) && wrong.isExplained(value, NEAR, bound, apart)) {
        return { name: slip.row.name, help: slip.row.help, value, formula: variant, calculation: base };
      }
    }
    return null;
  }

  /** The match of the formulas before the quantity, rewritten. */
  _far(slip, way, wrong) {
    const { id } = wrong.answer, { name, help, rare } = slip.row;
    const apart = slip.alone ? ALONE_APART : rare ? RARE_APART : APART;
    for (const base of this._bases(slip, wrong)) {
      const value = base === this._right ? slip.value : way.value(slip.changes, base.look);
      if (!wrong.isWorthALook(value)) continue;
      const spoiled = new Carried(base.exact, base.own, { rewriting: slip.rewriting });
      if (wrong.isExplained(value, FAR, () => this._bound(spoiled, id), apart)) {
        const formula = spoiled.formula(id);
        return { name, help, value, formula, calculation: spoiled, step: slip.step };
      }
    }
    return null;
  }

  /** The numbers to calculate with: the learner's own, where those can matter, and the right ones. */
  _bases(slip, wrong) {
    const others = this._tainted.size - Number(this._tainted.has(wrong.answer.id));
    return others || wrong.isWorthALook(slip.value) ? [this._carried, this._right] : [];
  }

  /** How far off the value may be, the learner's numbers and the steps left out being rounded. */
  _bound(calculation, id, formula = calculation.formula(id)) {
    if (formula === null) return 0;
    const right = calculation.own === this._right.own;
    const ends = (key) => {
      const value = calculation.own.get(key);
      const doubt = right ? 0 : this._answers.get(key)?.uncertainty ?? 0;
      return [value - doubt, value + doubt];
    };
    try {
      const [low, high] = new Enclosed(calculation, ends, this._step).of(formula, this._step);
      return Number.isFinite(high - low) ? (high - low) / 2 : 0;
    } catch (error) {
      if (error instanceof NoValue) return 0;
      throw error;
    }
  }

  /** Slips of the pen. */
  *_pen(wrong) {
    const { answer, right } = wrong;
    if (answer.isExact || !isApart(answer, answer.value, right)) return;
    for (const { name, explains, few = false, resort = false } of PEN) {
      if (wrong.isCoarse && !few) continue;
      const value = right.find((each) => explains(answer.written, each));
      if (value !== undefined) yield this._told({ name, value, isResort: resort });
    }
    const other = wrong.isCoarse ? null : otherNumber(this._carried, answer, this._answers);
    if (other) yield this._told(other);
  }

  _told(match) {
    return { ...match, help: this._exact.exercise.data.slips[match.name] };
  }
}

const NOTHING = {
  formula: null, calculation: null, step: null, readAs: "", other: null, isResort: false,
};

/** The first match of each name; the last resorts only where no slip in the formula has it. */
function eachOnce(found) {
  const first = new Map();
  for (const match of found) {
    const key = `${match.name} ${match.readAs ? match.step : ""}`;
    if (!first.has(key)) first.set(key, match);
  }
  const all = [...first.values()];
  const byRows = all.some((match) => match.formula !== null && match.step === null);
  return all.filter((match) => !(byRows && match.isResort));
}
