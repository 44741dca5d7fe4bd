// A whole sheet judged: first how it was written, then each of its numbers by that.
// The port of tracer/diagnose/judging.py, of one iteration.

const EXACTLY = 0.03; // the part of a sheet's right numbers that may be a little off although exact

/** {findings, manner}: the verdicts on the answers (by number, in the order of the calculation). */
function judged(exact, answers) {
  const part = new Part(exact, answers);
  const { manner, settled } = mannerOf(part);
  const search = () => new MistakeSearch(part, manner.settle);
  return { findings: new Judge(part, manner, search).findings(settled), manner };
}

/** How the sheet was written, and the verdicts by that which are known then. */
function mannerOf(part) {
  const answers = [...part.answers.values()], digits = ownDigits(answers);
  const cut = cutOff(answers, part.exact);
  const followed = cut && digits.length ? digits[0].with({ mode: "cut" }) : null;
  const strict = new Manner({ cut, followed, digits });
  const found = new Judge(part, strict).findings();
  const isRight = ({ verdict }) => verdict === "right" || verdict === "coarse";
  if (found.every(isRight)) return { manner: strict, settled: found };
  const manner = carriedManner(part, strict, found);
  const blamed = found.findIndex(({ verdict }) => BLAMED.has(verdict));
  const known = blamed < 0 ? found : found.slice(0, blamed);
  return { manner, settled: manner === strict ? known : [] };
}

/** Strict, unless the sheet shows that steps were rounded: where that comes out in numbers which are not
 *  exact, or makes wrong numbers right and few numbers speak against it. */
function carriedManner(part, strict, found) {
  const shown = shownOn(part, found, strict.digits);
  const blamed = found.filter(({ verdict }) => BLAMED.has(verdict));
  const counted = (verdict) => found.filter((finding) =>
    finding.verdict === verdict && finding.formula && !same(finding.answer.value, finding.exact)).length;
  const right = counted("right"), off = counted("rounding");
  let best = null, manner = strict;
  for (const some of alternatives(shown)) {
    const loose = looseManner(some, strict);
    const saved = blamed.filter(({ answer }) => comesOut(part, answer, loose)).length;
    const follows = some.some((one) => one.isShown);
    const most = Math.max(...some.map((one) => one.carried.size));
    const score = [saved, most, -Number(loose.cut)];
    const exact = off + saved <= EXACTLY * (off + saved + right);
    const believed = saved ? follows : follows && !exact;
    if ((believed || (saved && !exact)) && isMore(score, best)) [best, manner] = [score, loose];
  }
  return manner;
}

function isMore(score, best) {
  if (best === null) return true;
  const place = score.findIndex((value, at) => value !== best[at]);
  return place >= 0 && score[place] > best[place];
}

/** Of each degree of rounding: rounded; rounded or cut off. */
function* alternatives(shown) {
  const degree = ({ rounding }) => rounding.with({ mode: "half-up" }).key;
  for (const key of new Set(shown.map(degree))) {
    const alike = shown.filter((one) => degree(one) === key);
    yield alike.filter((one) => one.rounding.mode !== "cut");
    yield alike;
  }
}

/** Steps rounded so; told to the reader where that explains the sheet. */
function looseManner(some, strict) {
  const most = Math.max(...some.map((one) => one.carried.size));
  const best = some.find((one) => one.carried.size === most);
  const cut = strict.cut || some.some((one) => one.rounding.mode === "cut");
  const followed = best.isTold ? best.rounding : null;
  return new Manner({ steps: best.rounding, cut, followed, digits: strict.digits });
}

function shownOn(part, found, digits) {
  const exact = new Set(found.filter((f) => f.formula && comesOfExactSteps(f)).map((f) => f.id));
  const answers = [...part.answers.values()];
  return shownBy((rounding) => part.rounded(rounding), answers, digits, exact);
}

/** Whether the number is, as written, the right one, or what exact steps make of a wrong one. */
function comesOfExactSteps({ verdict, carried, answer, truncated }) {
  if (verdict === "follows" && !Number.isNaN(carried)) {
    return agreement(answer.value, answer.written.unit, carried) === "rounded";
  }
  return verdict === "right" && !truncated;
}
