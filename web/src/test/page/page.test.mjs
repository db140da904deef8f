// The page in a real Chromium, on the demo's data. Run by BrowserTest, which starts the pipeline and says where it is.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const samples = JSON.parse(process.env.RECOUNT_SAMPLES);
const shots = process.env.RECOUNT_SCREENSHOTS;
if (shots) {
  mkdirSync(shots, { recursive: true });
}

/** Of the script, compressed as it is sent. */
const MOST_SCRIPT_BYTES = 250_000;
/** What else the machine does only adds to a load: the quickest of some is the one that tells of the page. */
const LOADS = 3;
/** Lines that are in the document of however long a list. */
const MOST_LINES = 120;
/** A step that does not come is waited for so long, on a machine that has much else to do. */
const PATIENCE_MS = 30_000;

let browser;
const wrong = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.RECOUNT_BROWSER,
    // Debian's sandbox does not start for root, as whom builds often run.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  // What the first start of a browser costs is not the page's.
  const page = await open('/now');
  await page.close();
});

after(async () => {
  await browser?.close();
});

/** A page that notes whatever its policy refused, and whatever went wrong in it. */
async function open(path, options = {}) {
  const context = await browser.newContext({ baseURL: samples.url, viewport: { width: 1360, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => wrong.push(`${path}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      wrong.push(`${path}: ${message.text()}`);
    }
  });
  page.on('dialog', (dialog) => wrong.push(`${path}: a dialog, ${dialog.message()}`));
  await page.goto(path);
  return page;
}

async function done(page, name) {
  if (shots && name) {
    await page.screenshot({ path: `${shots}/${name}.png` });
  }
  await page.context().close();
  assert.deepEqual(wrong.splice(0), []);
}

/** What a screen reader would stumble over. */
async function accessible(page) {
  // By the browser's own hand: the page's policy would refuse it as a script.
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const found = result.violations.map(
    (each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')})`,
  );
  assert.deepEqual(found, []);
}

/** The rows of a list that is not about to change. */
function rows(page) {
  return page.locator('table.traces[aria-busy=false] tbody tr');
}

/** The list with its counts, as it is once nothing more comes and nothing moves. */
async function listed(page) {
  await rows(page).first().waitFor();
  await page.locator('.histogram:not([aria-busy=true])').waitFor();
}

/** Runs in the page: milliseconds from the start of the navigation until the first such element was painted. */
function paintOfFirst(selector) {
  globalThis.painted = new Promise((resolve) => {
    new MutationObserver((_changes, observer) => {
      if (document.querySelector(selector)) {
        observer.disconnect();
        // A message that is sent within a frame comes once that has been painted.
        requestAnimationFrame(() => {
          const after = new MessageChannel();
          after.port1.onmessage = () => resolve(performance.now());
          after.port2.postMessage(null);
        });
      }
    }).observe(document, { childList: true, subtree: true });
  });
}

test('the list waits for one request, and for little script', async () => {
  const times = [];
  let bytes = 0;
  for (let i = 0; i < LOADS; i++) {
    const sizes = [];
    let lists = 0;
    const context = await browser.newContext({ baseURL: samples.url });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) {
        sizes.push(response.request().sizes().then((size) => size.responseBodySize));
      }
      lists += response.url().endsWith('/api/v1/traces') ? 1 : 0;
    });
    await page.addInitScript(paintOfFirst, 'table.traces tbody tr');
    await page.goto('/', { waitUntil: 'commit' });
    const time = await page.evaluate(() => globalThis.painted);
    times.push(time);
    await page.getByText(`${samples.traces} traces`).waitFor();
    bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    assert.equal(lists, 1, 'what the browser asked for beforehand is what the page shows');
    // How long that takes is the machine's; what it waits for is the page's.
    const waits = await page.evaluate(() => {
      const resources = performance.getEntriesByType('resource');
      const calls = resources.filter((each) => new URL(each.name).pathname.startsWith('/api/'));
      const list = calls.find((each) => new URL(each.name).pathname === '/api/v1/traces');
      return {
        // By the header of the page, so that no script is waited for.
        askedBy: list.initiatorType,
        beside: calls.filter((each) => each !== list && each.startTime < list.responseEnd).map((each) => each.name),
      };
    });
    assert.deepEqual(waits, { askedBy: 'link', beside: [] }, 'it is asked for first, and alone');
    await done(page);
  }
  const rounded = times.map((time) => Math.round(time)).join(', ');
  console.log(`# first rows after ${rounded} ms; ${bytes} bytes of script`);
  assert.ok(bytes > 10_000 && bytes < MOST_SCRIPT_BYTES, `${bytes} bytes of script`);
});

test('filters are in the address and hold after a reload', async () => {
  const page = await open('/');
  await page.getByText(`${samples.traces} traces`).waitFor();
  await page.getByRole('button', { name: 'Failed', exact: true }).click();
  await page.getByText(`${samples.failed} traces`).waitFor();
  assert.match(page.url(), /[?&]status=error/);
  await page.getByLabel('Filter by').selectOption('agent_version');
  await page.getByLabel('Agent version', { exact: true }).selectOption('2.4.1');
  await page.getByRole('button', { name: 'Take away Agent version: 2.4.1' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Failed', exact: true, pressed: true }).waitFor();
  await rows(page).first().waitFor();
  const texts = await rows(page).allInnerTexts();
  assert.ok(texts.length > 0);
  assert.ok(texts.every((text) => text.includes('order-agent 2.4.1') && text.includes('error')));
  await page.getByRole('button', { name: 'Take away Agent version: 2.4.1' }).click();
  await page.getByText(`${samples.failed} traces`).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Take away Agent version: 2.4.1' }).waitFor();
  await listed(page);
  await accessible(page);
  await done(page, 'traces');
});

test('a search finds by ID and says when there is nothing', async () => {
  const page = await open('/');
  await page.keyboard.press('/');
  await page.keyboard.type(samples.loop.slice(0, 10));
  assert.equal(await page.getByRole('searchbox').inputValue(), samples.loop.slice(0, 10));
  await page.waitForURL(new RegExp(`[?]q=${samples.loop.slice(0, 10)}$`));
  await page.getByText('1 trace', { exact: true }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('table.traces[aria-busy=false] tbody tr').length === 1);
  await rows(page).getByRole('link').first().click();
  await page.waitForURL(`**/trace/${samples.loop}`);
  await page.goto('/?q=there-is-no-such-thing');
  await page.getByText('No trace is like that').waitFor();
  await done(page);
});

test('no key is lost from the first moment on, whatever comes meanwhile', async () => {
  const page = await open('/now');
  // At the very moment at which the search is there, before anything is painted or has been answered.
  await page.addInitScript(() => {
    const press = (key) => (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
    );
    new MutationObserver((_changes, observer) => {
      if (document.querySelector('input[type=search]')) {
        observer.disconnect();
        press('/');
        globalThis.focused = document.activeElement?.getAttribute('type') ?? 'nothing';
      }
    }).observe(document, { childList: true, subtree: true });
  });
  // Answers come one by one while somebody types.
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  await page.route('**/api/**', async (route) => {
    await held;
    // What the page has given up meanwhile is not there to go on.
    await route.continue().catch(() => {});
  });
  await page.goto('/', { waitUntil: 'commit' });
  await page.waitForFunction(() => globalThis.focused !== undefined);
  assert.equal(await page.evaluate(() => globalThis.focused), 'search');
  await page.keyboard.type('inven');
  await page.waitForURL(/[?]q=inven$/);
  await page.keyboard.type('to');
  answer();
  await page.keyboard.type('ry 123', { delay: 30 });
  await page.waitForURL(/[?]q=inventory[+]123$/);
  assert.equal(await page.getByRole('searchbox').inputValue(), 'inventory 123');
  await page.getByText('No trace is like that').waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  await done(page);
});

test('a key that is pressed twice goes two steps', async () => {
  const page = await open(`/trace/${samples.loop}`);
  await page.locator('.virtual-row').nth(4).waitFor();
  const places = await page.evaluate(async () => {
    const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    const places = [];
    for (const key of 'jjjk') {
      press(key);
      // As long as it takes to draw, and not until it is painted.
      await new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
      places.push(document.querySelector('.virtual-row.chosen')?.getAttribute('aria-posinset'));
    }
    return places;
  });
  assert.deepEqual(places, ['1', '2', '3', '2']);
  await done(page);
});

test('dragging over the histogram chooses a range', async () => {
  const page = await open('/');
  await listed(page);
  const plot = page.locator('.u-over');
  await plot.waitFor();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/from=\d+&to=\d+/);
  await page.getByRole('button', { name: 'Take away the range of time' }).waitFor();
  await done(page);
});

test('a range of time is chosen by keyboard as well, and holds in words of any size', async () => {
  const page = await open('/');
  await page.getByText(`${samples.traces} traces`).waitFor();
  await page.getByLabel('Time range').selectOption('Between two times');
  await page.getByLabel('From (UTC)').fill('2001-02-03T04:05:06');
  await page.getByLabel('From (UTC)').press('Tab');
  await page.waitForURL(/[?&]from=981173106000000(&|$)/);
  await page.getByLabel('To (UTC)').fill('2001-02-04T00:00:00');
  await page.getByLabel('To (UTC)').press('Tab');
  await page.getByText('No trace is like that').waitFor();
  await accessible(page);
  await page.goto('/?from=99999999999999999&to=2001-02-04T00:00:00Z');
  await page.getByRole('button', { name: 'Take away the range of time' }).click();
  await page.getByText(`${samples.traces} traces`).waitFor();
  await done(page);
});

test('the suspect is followed from the failure, and the window before it is compared', async () => {
  const page = await open(`/trace/${samples.loop}`);
  await page.getByRole('button', { name: /It went off in step/ }).click();
  await page.waitForURL(/[?&]step=/);
  await page.getByText('Here it went off.').waitFor();
  await page.getByRole('heading', { name: /Chose/ }).waitFor();
  await page.getByRole('columnheader', { name: 'Considered' }).waitFor();
  await page.getByRole('heading', { name: /Context window/ }).waitFor();
  await accessible(page);
  await page.getByRole('button', { name: 'What the model saw' }).click();
  await page.locator('.seen .message').first().waitFor();
  await page.getByRole('button', { name: 'What changed' }).click();
  await page.getByText(/\d+ segments? the same/).waitFor();
  await page.getByRole('button', { name: 'Run it again' }).click();
  await page.getByText(`recount context ${samples.loop}`).waitFor();
  await done(page, 'trace');
});

test('what was lost of a window is said', async () => {
  const page = await open(`/trace/${samples.crowded}`);
  await page.getByRole('heading', { name: 'The context window from step to step' }).waitFor();
  await page.locator('.windows .bad-text').first().waitFor();
  await page.locator('.windows li').filter({ has: page.locator('.bad-text') }).getByRole('button').first().click();
  await page.getByText(/^Lost: /).waitFor();
  await page.getByText(/of \d+,\d+/).first().waitFor();
  await page.getByRole('button', { name: 'What changed' }).click();
  await page.locator('.seen-segment.added').getByText(/cut short from [\d,]+/).first().waitFor();
  await done(page, 'context');
});

test('lost instructions are told in their own words, and verdicts lead to the steps that they rest on', async () => {
  const page = await open(`/trace/${samples.overfull}`);
  const verdict = page.locator('.verdicts li', { hasText: 'lost_instruction' });
  await verdict.getByText(/You are/).waitFor();
  assert.ok(!/[0-9a-f]{16}/.test(await verdict.innerText()), 'no ID to be looked up by hand');
  await verdict.getByRole('button', { name: /^step \d+$/ }).click();
  const gone = page.locator('.bad-block', { has: page.getByRole('heading', { name: 'Instructions that are gone' }) });
  await gone.getByText(/You are .*-agent/).waitFor();
  await accessible(page);
  await done(page, 'lost');
});

test('steps are walked through by keyboard alone', async () => {
  const page = await open(`/trace/${samples.loop}`);
  const list = page.getByRole('listbox', { name: 'Steps of the trace in order' });
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.locator('.step-card h2', { hasText: /^2\./ }).waitFor();
  await page.locator('.virtual-row[aria-selected=true][aria-posinset="2"]').waitFor();
  const active = await list.getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`[id="${active}"]`).getAttribute('aria-selected'), 'true');
  await page.keyboard.press('End');
  await page.locator('.virtual-row.chosen:not([aria-posinset="2"])').waitFor();
  await page.keyboard.press('s');
  await page.getByText('Here it went off.').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await done(page);
});

test('feedback goes through the door and shows up within seconds', async () => {
  const page = await open(`/trace/${samples.unjudged}`);
  await page.getByRole('button', { name: 'Leave feedback' }).click();
  await page.getByLabel('Bad', { exact: true }).check();
  const comment = `wrong shoe <b>bold</b> ${Date.now()}`;
  await page.getByLabel('Comment').fill(comment);
  await page.getByLabel('Pass it on to a person (escalation)').check();
  await accessible(page);
  const began = Date.now();
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.verdict-list').getByText(comment).first().waitFor();
  await page.locator('.trace-header').getByText('escalated').waitFor();
  console.log(`# feedback showed up after ${Date.now() - began} ms`);
  assert.equal(await page.locator('.verdict-list b').count(), 0);
  await page.goto('/now');
  await page.getByText(comment).first().waitFor();
  await done(page);
});

test('two versions are compared and lead to the traces behind a number', async () => {
  const page = await open('/compare?agent_name=order-agent&a=2.4.0&b=2.4.1');
  const failed = page.getByRole('row', { name: /^Failed/ });
  await failed.waitFor();
  await page.getByRole('heading', { name: 'Was it right to be sure?' }).waitFor();
  await accessible(page);
  if (shots) {
    await page.screenshot({ path: `${shots}/compare.png`, fullPage: true });
  }
  // What is a share of others leads to those that have it, a mean to those of which the number is known.
  for (const name of ['Failed', 'Any error', 'Cost', 'inventory calls that failed']) {
    const link = page.getByRole('row', { name: new RegExp(`^${name}`) }).getByRole('link').last();
    const address = new URLSearchParams((await link.getAttribute('href')).slice(2));
    assert.equal(address.get('agent_version'), '2.4.1');
    assert.equal(address.get('agent_name'), 'order-agent');
    assert.equal(address.get('settled'), 'true');
  }
  const told = /\((\d+) of (\d+)\)/.exec(await failed.getByRole('link').last().innerText());
  await failed.getByRole('link').last().click();
  await page.waitForURL(/status=error/);
  await page.getByText(`${told[1]} traces`).waitFor();
  await page.goBack();
  await failed.waitFor();
  // A filter that a number has a value of its own for holds beside it.
  await page.goto('/compare?agent_name=order-agent&a=2.4.0&b=2.4.1&status=ok&status=error');
  await failed.getByRole('link').last().click();
  await page.waitForURL(/also=/);
  await page.getByText(`${told[1]} traces`).waitFor();
  await page.getByRole('button', { name: /Take away Also: .*status/ }).waitFor();
  await page.goBack();
  await failed.waitFor();
  await page.locator('.calibration svg a').first().click();
  await page.waitForURL(/min_confidence=/);
  await listed(page);
  await page.goBack();
  await failed.waitFor();
  await page.getByRole('img', { name: /^All traces over time/ }).waitFor();
  await page.locator('.findings li').filter({ hasText: '2.4.1' }).getByRole('img').waitFor();
  await page.getByLabel('What got worse').selectOption('cost');
  await page.getByText(/No change of a version explains anything for the worse.*Ask for something else/).waitFor();
  await page.getByLabel('What got worse').selectOption('error');
  await accessible(page);
  await page.getByLabel('Of what').selectOption('model');
  await page.getByText('There is nothing to compare: a single one').waitFor();
  await done(page, 'compare-one');
});

test('now shows health, lag and what fires', async () => {
  const page = await open('/now');
  await page.getByRole('listitem').filter({ hasText: 'topology' }).getByText('ready', { exact: true }).waitFor();
  await page.getByRole('row', { name: /^sinks \d/ }).waitFor();
  await page.getByRole('heading', { name: 'Alerts' }).waitFor();
  await accessible(page);
  if (shots) {
    await page.screenshot({ path: `${shots}/now.png` });
  }
  const alert = page.getByRole('listitem').filter({ hasText: 'firing' }).filter({ hasText: 'rollback' }).first();
  await alert.getByRole('link').first().click();
  await page.waitForURL(/\/trace\/[0-9a-f]{32}/);
  await page.locator('.trace-header').getByText('rolled back').waitFor();
  await done(page);
});

test('now tells of several servers of one role, and of health and lag while ClickHouse is away', async () => {
  const page = await open('/');
  await page.route('**/api/v1/now', (route) =>
    route.fulfill({
      json: {
        unavailable: 'ClickHouse at http://127.0.0.1:8123 does not answer: Connection refused',
        pipeline: {
          roles: {
            'topology at one:8090': { ready: true, detail: 'RUNNING' },
            'topology at two:8090': { ready: false, detail: 'REBALANCING' },
          },
          lag: { topology: { otlp_spans: 1234 } },
        },
      },
    }),
  );
  await page.goto('/now');
  await page.getByRole('alert').getByText('Connection refused').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'topology at one:8090' }).getByText('ready', { exact: true }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'topology at two:8090' }).getByText('not ready').waitFor();
  await page.getByRole('row', { name: /^topology 1,234/ }).waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Open traces' }).count(), 0);
  await accessible(page);
  await done(page, 'now-away');
});

test('a trace of 10,000 spans stays smooth', async () => {
  const page = await open(`/trace/${samples.long}?spans=all`);
  const list = page.getByRole('listbox');
  await page.locator('.virtual-row').first().waitFor();
  await page.getByRole('heading', { name: /^\d{1,2},\d{3} steps and spans/ }).waitFor();
  await page.locator('[role=listbox][aria-busy=false]').waitFor();
  // From end to end in sixty steps, two frames each: what is made for a step is no more than fits the window.
  const steps = await list.evaluate(async (element) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    let made = 0;
    const observer = new MutationObserver((changes) => {
      made += changes.reduce((sum, change) => sum + change.addedNodes.length, 0);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    const times = [];
    const lines = [];
    const added = [];
    await frame();
    for (let i = 0; i <= 60; i++) {
      const began = performance.now();
      made = 0;
      element.scrollTop = (element.scrollHeight / 60) * i;
      await frame();
      await frame();
      times.push(performance.now() - began);
      lines.push(element.querySelectorAll('.virtual-row').length);
      added.push(made);
    }
    observer.disconnect();
    const slowest = times.sort((one, two) => one - two)[Math.floor(times.length * 0.9)];
    return { slowest, fewest: Math.min(...lines), most: Math.max(...lines), added: Math.max(...added) };
  });
  console.log(`# two frames of scrolling take ${steps.slowest.toFixed(0)} ms or less, nine times of ten`);
  console.log(`# ${steps.fewest} to ${steps.most} lines at a time, ${steps.added} nodes made for a step at most`);
  assert.ok(steps.fewest > 0 && steps.most < MOST_LINES, `${steps.fewest} to ${steps.most} lines`);
  assert.ok(steps.added > 0 && steps.added < 2 * MOST_LINES, `${steps.added} nodes for a step`);
  await list.focus();
  await page.keyboard.press('End');
  await page.locator('.virtual-row.chosen').waitFor();
  assert.equal(await page.locator('.virtual-row.chosen').getAttribute('aria-posinset'), await page
    .locator('.virtual-row.chosen').getAttribute('aria-setsize'));
  await done(page, 'long');
});

test('hostile text runs nowhere and breaks nothing', async () => {
  const page = await open(`/trace/${samples.hostile}`);
  await page.locator('.virtual-row').first().waitFor();
  const lines = await page.locator('.virtual-row').count();
  for (let i = 0; i < lines; i++) {
    await page.locator('.virtual-row').nth(i).click();
    await page.locator(`.virtual-row.chosen[aria-posinset="${i + 1}"]`).waitFor();
    await page.locator('.step-card .facts').waitFor();
  }
  // The second call of the model: what it was told more than at the first.
  await page.locator('.virtual-row', { hasText: 'Model call' }).last().click();
  await page.getByRole('button', { name: 'What changed' }).click();
  await page.locator('.seen-segment.added .message').waitFor();
  await page.locator('.virtual-row', { hasText: 'Tool call' }).first().click();
  const result = page.locator('.step-card > section').filter({ has: page.getByRole('heading', { name: 'Result', exact: true }) });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    result.getByRole('button', { name: /Save all/ }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'tool_result.txt');
  assert.notEqual(await page.title(), 'pwned');
  assert.equal(await page.locator('main img, main script').count(), 0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
  assert.equal(wide, false, 'the page is wider than the window');
  await page.goto('/?agent_name=&service=nothing');
  await page.getByText('No trace is like that').waitFor();
  await page.goto(`/?q=${samples.hostile}`);
  await rows(page).first().waitFor();
  await page.getByLabel('Filter by').selectOption('model');
  assert.notEqual(await page.title(), 'pwned');
  await page.goto('/now');
  await page.getByRole('heading', { name: 'Latest feedback' }).waitFor();
  assert.equal(await page.locator('main img, main script, main b').count(), 0);
  await page.goto('/compare?dimension=model');
  await page.getByRole('heading', { name: 'When, and how much failed' }).waitFor();
  await page.getByRole('heading', { name: 'Settled traces' }).waitFor();
  assert.notEqual(await page.title(), 'pwned');
  await done(page, 'hostile');
});

test('what the hostile trace is called is a filter like any other', async () => {
  const page = await open(`/trace/${samples.hostile}`);
  const names = ['Agent', 'Agent version', 'Prompt', 'Model', 'Tools', 'Memory index', 'Framework', 'Release', 'Service'];
  for (const name of [...names, 'Environment', 'Session', 'User']) {
    const fact = page.locator('.trace-header .facts > div').filter({ has: page.getByText(name, { exact: true }) });
    await fact.getByRole('link').click();
    await page.waitForURL(/[/][?]/);
    await rows(page).filter({ hasText: samples.hostile.slice(0, 8) }).first().waitFor();
    await page.reload();
    await rows(page).filter({ hasText: samples.hostile.slice(0, 8) }).first().waitFor();
    await page.goBack();
  }
  await page.locator('.trace-header .facts').waitFor();
  await done(page);
});

test('hostile text fits a phone, too', async () => {
  const phone = { viewport: { width: 390, height: 800 }, colorScheme: 'dark', hasTouch: true };
  const page = await open(`/trace/${samples.hostile}?spans=all`, phone);
  await page.locator('[role=listbox][aria-busy=false] .virtual-row').first().waitFor();
  const narrow = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1);
  assert.ok(await narrow(), 'the trace');
  await page.locator('.virtual-row', { hasText: 'Branch' }).first().click();
  await page.locator('.step-card .facts').waitFor();
  assert.ok(await narrow(), 'a step');
  await page.goto(`/?q=${samples.hostile}`);
  await listed(page);
  assert.ok(await narrow(), 'the list');
  await page.goto('/now');
  await page.getByRole('heading', { name: 'Latest feedback' }).waitFor();
  assert.ok(await narrow(), 'now');
  await done(page, 'phone-hostile');
});

test('on a phone and in the dark everything is there', async () => {
  const phone = { viewport: { width: 390, height: 800 }, colorScheme: 'dark', hasTouch: true };
  const views = {
    '/': (page) => listed(page),
    [`/trace/${samples.loop}`]: (page) => page.getByRole('button', { name: /It went off in step/ }).waitFor(),
    '/compare?a=2.4.0&b=2.4.1': (page) => page.getByRole('heading', { name: 'Was it right to be sure?' }).waitFor(),
    '/now': (page) => page.getByRole('heading', { name: 'Latest feedback' }).waitFor(),
  };
  for (const [path, there] of Object.entries(views)) {
    const page = await open(path, phone);
    await there(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
    assert.equal(wide, false, `${path} is wider than a phone`);
    const cut = await page.locator('.line-name').evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth).length);
    assert.equal(cut, 0, `${path} has no room for the names of steps`);
    for (const part of path.startsWith('/trace') ? ['.track .bar', '.kind'] : []) {
      const seen = await page.locator(`.line ${part}`).first().boundingBox();
      assert.ok(seen && seen.width > 1 && seen.height > 5, `${part} is not to be seen`);
    }
    await accessible(page);
    await done(page, `phone${path.replace(/\W+.*/, '').slice(0, 8)}${path.slice(1, 6).replace('/', '')}`);
  }
});

test('what means nothing in an address is said, and can be taken out', async () => {
  const page = await open('/?agent_nmae=order-agent&status=error&last=soon');
  await listed(page);
  const notice = page.locator('.notice');
  await notice.getByText('agent_nmae=order-agent').waitFor();
  await notice.getByText('last=soon').waitFor();
  await accessible(page);
  await notice.getByRole('button').click();
  await page.waitForURL((url) => url.search === '?status=error');
  assert.equal(await notice.count(), 0);
  for (const [path, names] of [['/compare?a=2.4.0&b=2.4.1&dimension=agent_version&tools=x', ['tools=x']], ['/now?at=noon', ['at=noon']]]) {
    await page.goto(path);
    for (const name of names) {
      await notice.getByText(name).waitFor();
    }
  }
  await page.goto(`/trace/${samples.loop}?step=x&only=notable&spans=all&see=diff&from_window=a&to_window=b`);
  await page.locator('[role=listbox][aria-busy=false] .virtual-row').first().waitFor();
  assert.equal(await notice.count(), 0);
  await done(page);
});

test('what is compared is chosen by agent, time and any other filter', async () => {
  const page = await open('/compare');
  await page.getByLabel('Of agent').selectOption('order-agent');
  await page.waitForURL(/agent_name=order-agent/);
  await page.getByLabel('Version A').locator('option', { hasText: '2.4.0' }).waitFor({ state: 'attached' });
  const failed = page.getByRole('row', { name: /^Failed/ });
  await failed.waitFor();
  const all = await failed.innerText();
  await page.getByLabel('Filter by').selectOption('tool');
  await page.getByLabel('Tool', { exact: true }).selectOption('refund');
  await page.waitForURL(/tool=refund/);
  await page.getByText(/not by tool/).waitFor();
  await page.waitForFunction((before) => ![...document.querySelectorAll('tr')].some((row) => row.innerText === before), all);
  await page.getByRole('button', { name: 'Take away Tool: refund' }).click();
  await page.getByLabel('Time range').selectOption('Last hour');
  await page.waitForURL(/last=3600/);
  await page.getByText(/There is nothing to compare/).waitFor();
  await accessible(page);
  await done(page);
});

test('a page that has no trace says so, and a server that is gone too', async () => {
  const page = await open(`/trace/${'0'.repeat(32)}`);
  await page.getByRole('alert').getByText('There is no trace').waitFor();
  await page.route('**/api/**', (route) => route.abort());
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('alert').getByText('Recount does not answer').waitFor();
  await done(page);
});

test('a token is asked for where one is wanted, and kept until the tab is closed', async () => {
  const page = await open('/now');
  await page.route('**/api/**', (route) =>
    route.request().headers()['authorization'] === 'Bearer open sesame'
      ? route.continue()
      : route.fulfill({ status: 401, json: { message: 'A token is needed to look at this.' } }),
  );
  // Nothing is asked for beforehand here, as it never is by a server that wants a token.
  await page.goto('/?status=error');
  const dialog = page.getByRole('dialog', { name: 'A token, please' });
  await dialog.getByLabel('Token').fill('open sesame');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await rows(page).first().waitFor();
  await page.goto('/compare');
  await page.getByRole('heading', { name: 'When, and how much failed' }).waitFor();
  assert.equal(await dialog.count(), 0);
  await done(page);
});
