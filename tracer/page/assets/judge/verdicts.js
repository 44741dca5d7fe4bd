// The verdict on each number of a sheet, with its reason. The port of tracer/diagnose/verdicts.py.

const VERDICTS = ["right", "rounding", "coarse", "follows", "mistake", "wrong"];
const BLAMED = new Set(["mistake", "wrong"]), TAINTED = new Set([...BLAMED, "follows"]);
const COARSELY = new Set(["coarse"]);
const MOST_SEARCHED = 20;

const UNREASONED = {
  carried: NaN, formula: null, calculation: null, truncated: false, misrounded: false,
  after: [], sameSlip: false, matches: [], possible: [], stepwise: null,
};

/** Judges the answers of a part, in the order of the calculation, by the manner of the sheet.
 *  Without `search` it is enough to know who is blamed. */
class Judge {
  constructor(part, manner, search = null) {
    this._part = part;
    this._exact = part.exact;
    this._manner = manner;
    this._makeSearch = search;
    this._search = null;
    this._bounds = part.bounds(manner);
    const rounded = manner.steps ? manner.followed : null;
    this._bySteps = rounded ? part.rounded(rounded) : [];
    this._hidden = new HiddenSlips(part.exact, part.own);
    this._suspected = [];
    this._searched = new Map();
    this._verdicts = new Map();
    this._wrong = new Set();
    this._without = null;
  }

  /** All verdicts, in order; the first ones may be `settled`. */
  findings(settled = []) {
    return [...this._part.answers.values()].map((answer, place) => {
      const finding = settled[place] ?? this._finding(answer);
      this._verdicts.set(answer.id, finding);
      if (TAINTED.has(finding.verdict)) this._leaveOut(answer.id);
      return finding;
    });
  }

  _finding(answer) {
    const { id } = answer, exact = this._exact.value(id), [calculation] = this._bounds.ways;
    const right = rightAsWritten(answer, exact);
    const told = right !== "" && this._tells(answer, exact);
    let finding = { ...UNREASONED, id, answer, exact, verdict: "wrong" };
    if (told && answer.isExact) return { ...finding, verdict: "right" };
    const formula = calculation.formula(id);
    if (formula) finding = { ...finding, carried: calculation.recalculated(id), formula, calculation };
    if (right && !told) return { ...finding, verdict: "coarse" };
    if (right === "truncated" && !this._manner.cut) {
      const stepwise = this._stepwise(answer);
      if (stepwise || this._isRounded(answer)) return { ...finding, verdict: "rounding", stepwise };
    }
    if (right) return { ...finding, verdict: "right", truncated: right === "truncated" };
    return this._followed(finding) ?? this._blamed(finding);
  }

  /** Whether the number says enough to be right. */
  _tells(answer, exact) {
    if (!answer.isExact) return tells(answer.written, exact, this._manner.digits);
    const relative = Math.abs(answer.value - exact) <= 1e-9 * Math.abs(exact);
    return relative || answer.slack(exact) < Math.abs(exact) / 2;
  }

  /** Whether the number is, as written, what right numbers before it give once rounded. */
  _isRounded(answer) {
    return this._bounds.of(answer).some(({ way, carried }) =>
      agreement(answer.value, answer.written.unit, carried) === "rounded"
        && !this._before(answer.id, way, TAINTED).length);
  }

  /** The rounding that the sheet shows, if the number needs it: exact steps don't give it. */
  _stepwise(answer) {
    if (!this._bySteps.length || this._isRounded(answer)) return null;
    const given = this._bySteps.some((way) => same(answer.value, way.recalculated(answer.id)));
    return given ? this._manner.followed : null;
  }

  /** The finding as one that agrees with a calculation from numbers before it. */
  _followed(finding) {
    const { answer } = finding;
    const found = this._bounds.of(answer)
      .map((made) => ({ made, agreed: this._bounds.agrees(made, answer) }))
      .filter(({ agreed }) => agreed);
    const best = found.find(({ agreed }) => agreed === "agrees") ?? found[0];
    if (best === undefined) return this._sameSlip(finding) ?? this._withoutTheWrong(finding);
    const { carried, formula, way } = best.made;
    return this._asAgreed(best.agreed, { ...finding, carried, formula, calculation: way });
  }

  /** The finding on a number that comes out by a calculation from those before it. */
  _asAgreed(agreed, followed) {
    const { id, calculation } = followed;
    if (agreed === "coarse") return { ...followed, verdict: "coarse" };
    const tainted = this._before(id, calculation, TAINTED);
    if (tainted.length) {
      const right = this._withoutTheWrong(followed); // what is wrong before it may change nothing
      if (right?.verdict === "rounding") return right;
      return { ...followed, verdict: "follows", after: tainted };
    }
    if (this._before(id, calculation, COARSELY).length) return { ...followed, verdict: "coarse" };
    return { ...followed, verdict: "rounding", stepwise: this._stepwise(followed.answer) };
  }

  /** The finding as one that an earlier slip explains, in a step that wasn't supplied. */
  _sameSlip(finding) {
    const { answer } = finding;
    const followsOf = (id) => ({ ...finding, verdict: "follows", after: [id], sameSlip: true });
    for (const [first, calculation] of this._suspected) {
      const carried = calculation.recalculated(answer.id);
      if (isExplained(answer, carried, NEAR, [finding.exact])) return followsOf(first);
    }
    if (answer.isExact) return null;
    for (const earlier of this._verdicts.values()) {
      if (!BLAMED.has(earlier.verdict) || earlier.matches.some((match) => match.step === null)) continue;
      const slack = [this._bounds.slack(earlier.answer), this._bounds.slack(answer)];
      if (this._hidden.explains(earlier.answer, answer, finding.exact, slack)) {
        return followsOf(earlier.id);
      }
    }
    return null;
  }

  /** The finding as one that agrees with right numbers: a slip before it was not used. */
  _withoutTheWrong(finding) {
    const { answer } = finding;
    if (answer.isExact || !this._wrong.size) return null;
    const bounds = this._without = this._without ?? this._boundsWithout();
    for (const made of bounds.of(answer)) {
      const agreed = bounds.agrees(made, answer);
      if (!agreed) continue;
      const rough = this._before(answer.id, made.way, COARSELY).length;
      return { ...finding, verdict: agreed === "coarse" || rough ? "coarse" : "rounding" };
    }
    return null;
  }

  /** What comes of the numbers that are right. */
  _boundsWithout() {
    const kept = new Map([...this._part.own].filter(([id]) => !this._wrong.has(id)));
    return new Bounds(this._part, this._manner, this._part.waysFrom(kept));
  }

  /** One wrong number more; nothing stands on it yet, since the numbers come in their order. */
  _leaveOut(id) {
    this._wrong.add(id);
    this._without?.leaveOut(id);
  }

  /** The finding as a number that is wrong by itself, with the mistakes that it matches. */
  _blamed(finding) {
    const { answer, exact, id, carried } = finding, { unit } = answer.written;
    const off = Math.abs(answer.value - exact);
    const misrounded = !answer.isExact && off <= unit * 1.5 * (1 + 1e-9);
    const blamed = { ...finding, misrounded };
    if (this._makeSearch === null) return blamed;
    const counts = this._counts(id);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const right = [exact, carried].filter((value) => !Number.isNaN(value));
    this._search = this._search ?? this._makeSearch();
    const rows = total < MOST_SEARCHED ? null : new Set(counts.keys());
    const { named: matches, possible } = this._search.found(answer, right, rows);
    for (const name of matches.length ? matches.map((match) => match.name) : [""]) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    if (matches.every((match) => match.step !== null)) {
      this._suspected.push(...matches.filter((match) => match.calculation)
        .map((match) => [id, match.calculation]));
    }
    return { ...blamed, verdict: matches.length ? "mistake" : "wrong", matches, possible };
  }

  /** How often each mistake was found in the number's array. */
  _counts(id) {
    const array = this._exact.exercise.data.numbers[id].array ?? null;
    if (!this._searched.has(array)) this._searched.set(array, new Map());
    return this._searched.get(array);
  }

  /** The numbers with such verdicts that this one is made of. */
  _before(id, way, verdicts) {
    const has = (key) => verdicts.has(this._verdicts.get(key)?.verdict);
    if (![...this._verdicts.values()].some((found) => verdicts.has(found.verdict))) return [];
    const slopes = way.sensitivities(id);
    if (slopes === null) return [];
    const those = [...slopes.keys()].filter(has).sort((a, b) => a - b);
    const moving = those.filter((key) => slopes.get(key));
    // Of 0 = 0 · 0 neither factor moves the product, and both have made it.
    return moving.length || way.recalculated(id) !== 0 ? moving : those;
  }
}
