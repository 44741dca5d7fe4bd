// What a verdict is called, and what is said of it: the words of `bptrace check`.

const verdictWords = () => ({
  right: say("right"), rounding: say("right within rounding"), coarse: say("too coarse to tell"),
  follows: say("follows"), mistake: say("wrong"), wrong: say("wrong"),
});
const MOST_TOLD = 4;

/** The reason in a few words, empty for a number that is simply right. */
function reasonOf(finding, name) {
  if (finding.truncated) return say("cut off, not rounded");
  if (finding.stepwise) return say("{rounded} at every step", { rounded: finding.stepwise.done });
  if (finding.verdict === "rounding") return say("from rounded numbers");
  if (finding.verdict === "follows") {
    const names = finding.after.map(name).join(", ");
    return finding.sameSlip ? say("the same slip as {names}", { names }) : say("from {names}", { names });
  }
  if (finding.matches.length) {
    const names = [...new Set(finding.matches.map((match) => match.name))];
    return say("matches {mistakes}", {
      mistakes: names.reduce((one, other) => say("{one} or {other}", { one, other })),
    });
  }
  return finding.misrounded ? say("off by one unit of the last digit") : "";
}

/** What is said of a wrong number, a sentence or two each; `reveal`: with right numbers' names. */
function sentencesOf(finding, name, reveal) {
  if (!BLAMED.has(finding.verdict)) return [];
  const { matches, possible } = finding, said = [];
  if (matches.length > 1) {
    said.push(say("Nobody can tell which of these it was: each gives this number to its digits."));
  }
  said.push(...matches.slice(0, MOST_TOLD).map((match) => sentenceOf(match, name, reveal)));
  const others = matches.slice(MOST_TOLD).map((match) => match.name);
  if (others.length) said.push(say("Also matches {mistakes}.", { mistakes: others.join(", ") }));
  if (!matches.length) said.push(distanceOf(finding));
  if (possible.length) {
    const mistakes = possible.map((match) => match.name).join(", ");
    said.push(say("With so few digits nobody can tell what went wrong; possible: {mistakes}.", { mistakes }));
  }
  return said;
}

/** `Matches given_number_misread (w5 read as 0.54). …`. */
function sentenceOf(match, name, reveal = true) {
  const { help } = match;
  let mistake = match.name;
  if (match.readAs) {
    const number = marked(match.readAs);
    mistake = say("{mistake} ({name} read as {number})", { mistake, name: name(match.step), number });
  } else if (match.other !== null) {
    if (reveal) mistake = say("{mistake} (this is {name})", { mistake, name: name(match.other) });
  } else if (match.step !== null) {
    return say("Matches {mistake}, made in {name}. {help}", { mistake, name: name(match.step), help });
  }
  return say("Matches {mistake}. {help}", { mistake, help });
}

function distanceOf({ misrounded, formula, possible }) {
  if (misrounded) {
    return say("Off by one unit of the last digit: perhaps rounded the wrong way, or misprinted.");
  }
  if (formula === null) return say("This number is given by the configuration, with another value.");
  if (possible.length) return say("It is not what the formula gives from your numbers.");
  return say("It is not what the formula gives from your numbers, and no known mistake gives it.");
}
