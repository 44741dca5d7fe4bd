// What a verdict is called, and what is said of it: the words of `bptrace check`.

const VERDICT_WORDS = {
  right: "right", rounding: "right within rounding", coarse: "too coarse to tell",
  follows: "follows", mistake: "wrong", wrong: "wrong",
};
const MOST_TOLD = 4;

/** The reason in a few words, empty for a number that is simply right. */
function reasonOf(finding, name) {
  if (finding.truncated) return "cut off, not rounded";
  if (finding.stepwise) return `${finding.stepwise.done} at every step`;
  if (finding.verdict === "rounding") return "from rounded numbers";
  if (finding.verdict === "follows") {
    return `${finding.sameSlip ? "the same slip as" : "from"} ${finding.after.map(name).join(", ")}`;
  }
  if (finding.matches.length) {
    return `matches ${[...new Set(finding.matches.map((match) => match.name))].join(" or ")}`;
  }
  return finding.misrounded ? "off by one unit of the last digit" : "";
}

/** What is said of a wrong number, a sentence or two each; `reveal`: with right numbers' names. */
function sentencesOf(finding, name, reveal) {
  if (!BLAMED.has(finding.verdict)) return [];
  const { matches, possible } = finding, said = [];
  if (matches.length > 1) {
    said.push("Nobody can tell which of these it was: each gives this number to its digits.");
  }
  said.push(...matches.slice(0, MOST_TOLD).map((match) => sentenceOf(match, name, reveal)));
  const others = matches.slice(MOST_TOLD).map((match) => match.name);
  if (others.length) said.push(`Also matches ${others.join(", ")}.`);
  if (!matches.length) said.push(distanceOf(finding));
  if (possible.length) {
    const names = possible.map((match) => match.name).join(", ");
    said.push(`With so few digits nobody can tell what went wrong; possible: ${names}.`);
  }
  return said;
}

/** `Matches given_number_misread (w5 read as 0.54). …`. */
function sentenceOf(match, name, reveal = true) {
  let where = match.step === null ? "" : `, made in ${name(match.step)}`;
  if (match.readAs) where = ` (${name(match.step)} read as ${match.readAs})`;
  else if (match.other !== null) where = reveal ? ` (this is ${name(match.other)})` : "";
  return `Matches ${match.name}${where}. ${match.help}`;
}

function distanceOf({ misrounded, formula, possible }) {
  if (misrounded) {
    return "Off by one unit of the last digit: perhaps rounded the wrong way, or misprinted.";
  }
  if (formula === null) return "This number is given by the configuration, with another value.";
  const known = possible.length ? "" : ", and no known mistake gives it";
  return `It is not what the formula gives from your numbers${known}.`;
}
