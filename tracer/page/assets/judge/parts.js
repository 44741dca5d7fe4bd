// What can be said of the answers before any is judged: what comes of them, within which ends.
// The port of tracer/diagnose/parts.py.

/** What there is to judge: the answers by their numbers, in the order of the calculation. */
class Part {
  constructor(exact, answers) {
    this.exact = exact;
    this.answers = answers; // Map
    this.own = new Map([...answers].map(([id, answer]) => [id, answer.value]));
    this.ways = this.waysFrom(this.own);
    this._bounds = new Map();
    this._rounded = new Map();
  }

  /** The ways to calculate: factor by factor; out − target; a gradient from samples' parts. */
  waysFrom(own) {
    const found = [new Carried(this.exact, own)];
    if (this.exact.hasShortcuts) found.push(new Carried(this.exact, own, { shortcut: true }));
    const { numbers } = this.exact.exercise.data;
    if ([...this.answers.keys()].some((id) => PARTS.has(numbers[id].kind))) {
      found.push(new Carried(this.exact, own, { parts: true }));
    }
    return found;
  }

  rounded(rounding) {
    const { key } = rounding;
    if (!this._rounded.has(key)) this._rounded.set(key, this.ways.map((way) => way.rounded(rounding)));
    return this._rounded.get(key);
  }

  /** How far off what is calculated may be, on a sheet so written. */
  bounds(manner) {
    if (!this._bounds.has(manner)) this._bounds.set(manner, new Bounds(this, manner, this.ways));
    return this._bounds.get(manner);
  }
}

const PARTS = new Set(["WEIGHT_PART", "BIAS_PART"]);

/** How far off numbers may be that were calculated from a learner's own, on a sheet so written. */
class Bounds {
  constructor(part, manner, ways) {
    this._part = part;
    this._manner = manner;
    this.ways = ways;
    const known = new Map();
    const doubt = (id) => {
      if (!known.has(id)) known.set(id, this._doubt(id));
      return known.get(id);
    };
    this._enclosed = ways.map((way) => new Enclosed(way, doubt, manner.settle));
    this._found = new Map();
  }

  /** A number calculated in each way that there is, with its ends. */
  of(answer) {
    return this.ways.flatMap((way, place) => {
      const formula = way.formula(answer.id);
      const carried = formula === null ? NaN : way.recalculated(answer.id);
      if (Number.isNaN(carried)) return [];
      const ends = this._ends(this._enclosed[place], answer, carried);
      return ends === null ? [] : [{ way, formula, carried, ends }];
    });
  }

  _ends(enclosed, answer, carried) {
    if (answer.isExact) return [carried, carried]; // a program rounds nothing on its way
    try {
      return enclosed.recalculated(answer.id, this._manner.inside(answer.written));
    } catch (error) {
      if (error instanceof NoValue) return null;
      throw error;
    }
  }

  leaveOut(id) {
    for (const enclosed of this._enclosed) enclosed.leaveOut(id);
  }

  /** Whether the answer comes out that way: "agrees", "coarse" where the bounds are too wide to tell. */
  agrees({ carried, ends }, answer) {
    const [below, above] = window_(answer, carried, this._manner.cut);
    let [low, high] = ends;
    if (below <= carried && carried <= above) low = high = carried;
    else if (high < below || low > above) return "";
    const bound = (above - below + high - low) / 2;
    return answer.value === carried || bound <= Math.abs(carried) / 2 ? "agrees" : "coarse";
  }

  /** Half a unit, a whole one where what comes after it may have been cut off. */
  slack(answer) {
    return answer.uncertainty * (this._manner.cut && !answer.isExact ? 2 : 1);
  }

  /** Between which ends the number lay before it was written down. */
  _doubt(id) {
    const answer = this._part.answers.get(id), { value } = answer;
    const exact = this._part.exact.value(id);
    if (same(value, exact)) return [value, value];
    const half = answer.uncertainty, { unit } = answer.written;
    const rounded = !this._manner.cut && rightAsWritten(answer, exact) !== "truncated";
    const by = answer.isExact || rounded ? half : unit; // who cuts off here may have rounded there
    return [value - by, value + by];
  }
}

/** The numbers that are written so: half a unit around, with `cut` a whole one away from 0. */
function window_(answer, value, cut) {
  const given = answer.value, slack = answer.slack(value), { unit } = answer.written;
  if (!cut || answer.isExact) return [given - slack, given + slack];
  return [given - (given > 0 ? slack : unit), given + (given < 0 ? slack : unit)];
}

/** Whether the answer is the exact value: "rounded", "truncated", or "". */
function rightAsWritten(answer, exact) {
  if (!answer.isExact) return agreement(answer.value, answer.written.unit, exact);
  return Math.abs(answer.value - exact) <= answer.slack(exact) ? "rounded" : "";
}

/** Whether a number is right within what rounding may have done, on a sheet so written. */
function comesOut(part, answer, manner) {
  const bounds = part.bounds(manner);
  return bounds.of(answer).some((way) => bounds.agrees(way, answer));
}
