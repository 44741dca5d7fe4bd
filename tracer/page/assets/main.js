/* Where the page begins. */

function main(model, functions, rates) {
  speak(model.language);
  const calculation = Calculation(model, functions, rates);
  const page = Page(model, functions, calculation);
  const explanation = Explanation(page);
  const steps = Steps(page, explanation);
  const tables = Tables(page);
  const given = Given(page);
  const curve = Curve(page);
  Switches(page);
  if (model.wide) Maps(page, explanation);
  const chooser = page.$('select[data-choose="sample"]');
  if (chooser) {
    chooser.addEventListener('change', () => {
      page.sample = Number(chooser.value);
      steps.to(nextWith(page.sample - 1));
      page.refresh('sample');
    });
  }

  /* The first iteration from the present one on whose batch has the row, or else the first of all. */
  function nextWith(row) {
    const has = k => calculation.rows(k).includes(row);
    let k = page.iteration;
    while (calculation.known(k) && !has(k)) k++;
    if (calculation.known(k)) return k;
    for (k = 1; k < page.iteration && !has(k); k++);
    return k;
  }

  page.on(why => {
    if (why !== 'numbers' || !chooser) return;
    if (!page.now.rows.includes(page.sample - 1)) {
      page.sample = page.now.rows[0] + 1;
      chooser.value = page.sample;
    }
  });
  page.now = calculation.calculated(1);
  page.sample = page.now.rows[0] + 1;
  if (chooser) chooser.value = page.sample;
  document.querySelectorAll('[data-picture]').forEach(page.register);
  page.refresh('way');
  steps.view('forward');
  if (model.exercise) Exercise(page, model.exercise, bptraceJudge(model.exercise.data));
  else window.bptrace = {value: page.value, values: page.values};
}
