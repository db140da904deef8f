import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Choices, type Histogram, type TracePage, type TraceRow, get } from '../api';
import { compact, count, counted, dollars, duration, instant, isolated, local, percent, score, time, words } from '../format';
import { useLoad } from '../load';
import { Failure, Mark, SmallGauge, StatusMark, Told } from '../parts/bits';
import { HistogramToCome, TraceHistogram } from '../parts/histogram';
import { type Place, go, here, withQuery } from '../route';

/** What can be filtered by from a list, in the order in which it is offered. */
const COLUMNS = [
  'agent_name',
  'agent_version',
  'model',
  'prompt_name',
  'prompt_version',
  'tool_schema_version',
  'memory_index_version',
  'framework',
  'framework_version',
  'release',
  'service',
  'environment',
  'tool',
  'failed_tool',
  'flag',
  'evaluator',
  'error_type',
  'status',
  'phase',
  'retained_by',
];

/** What is typed in. */
const TYPED = ['session_id', 'user_id', 'min_duration_ms', 'min_errors', 'min_confidence', 'below_confidence'];

/** What only numbers are typed in for. */
const NUMBERS: Record<string, string> = {
  min_duration_ms: '[0-9]+',
  min_errors: '[0-9]+',
  min_confidence: '0|1|0?\\.[0-9]{1,6}',
  below_confidence: '0|1|0?\\.[0-9]{1,6}',
};

/** What there are few values of. */
const FIXED: Record<string, string[]> = {
  verdict: ['passed', 'failed', 'scored'],
  feedback: ['good', 'bad', 'any', 'none'],
  escalated: ['true', 'false'],
  rolled_back: ['true', 'false'],
  retained: ['true', 'false'],
  settled: ['true', 'false'],
  known: ['feedback_score', 'evaluation_min_score', 'duration', 'total_tokens', 'cost', 'context_utilization'],
};

const NAMES = [...COLUMNS, ...Object.keys(FIXED), ...TYPED];

/** What the address may hold: a filter within, too, which comes with a link and is not chosen here. */
const FILTERS = [...NAMES, 'also'];

/** What has one value, which another takes the place of; several of the others are alternatives. */
const SINGLE = ['evaluator', 'verdict', 'feedback', 'escalated', 'rolled_back', 'retained', 'settled', ...Object.keys(NUMBERS)];

/** What is asked for most. */
const QUICK: [string, string, string][] = [
  ['Failed', 'status', 'error'],
  ['Escalated', 'escalated', 'true'],
  ['Bad feedback', 'feedback', 'bad'],
  ['Failed a check', 'verdict', 'failed'],
  ['Context pressure', 'flag', 'context_pressure'],
];

const RANGES: [string, number | null][] = [
  ['All time', null],
  ['Last 15 minutes', 900],
  ['Last hour', 3_600],
  ['Last 24 hours', 86_400],
  ['Last 7 days', 604_800],
  ['Last 30 days', 2_592_000],
];

/** The parameters of the interface: those of the address, a range in words as a time. */
export function filterOf(place: Place): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of place.query) {
    if (FILTERS.includes(name) || ['q', 'in', 'from', 'to'].includes(name)) {
      query.append(name, value);
    }
  }
  const last = Number(place.query.get('last'));
  if (last > 0) {
    // To the minute, so that looking again asks the same.
    query.set('from', String((Math.floor(Date.now() / 60_000) * 60 - last) * 1e6));
    query.delete('to');
  }
  return query;
}

/** The list of traces. */
export function Traces(props: { place: Place }) {
  const { place } = props;
  const filter = filterOf(place);
  const key = filter.toString();
  const first = useLoad(`list?${key}`, (signal) => get<TracePage>('/traces', filter, signal));
  // Rows come first: what counts all traces would only hold them up.
  const counts = useLoad(`counts?${key}`, (signal) => get<Histogram>('/traces/histogram', filter, signal), first.loading);
  const range = new URLSearchParams([...filter].filter(([name]) => name === 'from' || name === 'to'));
  const choices = useLoad(`choices?${range}`, (signal) => get<Choices>('/traces/choices', range, signal), first.loading);
  const [more, setMore] = useState<{ of: TracePage; pages: TracePage[] } | null>(null);
  const [failed, setFailed] = useState<Error>();
  const pages = first.data ? [first.data, ...(more?.of === first.data ? more.pages : [])] : [];
  const rows = pages.flatMap((page) => page.traces);
  const next = pages.at(-1)?.next;
  const loadMore = (): void => {
    const query = new URLSearchParams(filter);
    query.set('after', next!);
    setFailed(undefined);
    get<TracePage>('/traces', query).then(
      (page) => setMore({ of: pages[0]!, pages: [...pages.slice(1), page] }),
      (error: Error) => setFailed(error),
    );
  };
  return (
    <>
      <h1 class="unseen">Traces</h1>
      <Filters place={place} choices={choices.data ?? {}} />
      {counts.data ? (
        <TraceHistogram
          counts={counts.data}
          busy={counts.loading}
          onRange={(from, to) => go(withQuery(place, { from: String(from), to: String(to), last: null }))}
        />
      ) : (
        !counts.error && <HistogramToCome />
      )}
      <Failure error={first.error} retry={first.reload} />
      {first.data && rows.length === 0 && (
        <p class="empty">No trace is like that. {key ? 'Take a filter away, or widen the range.' : 'None has come in yet.'}</p>
      )}
      {rows.length > 0 && <TraceTable rows={rows} busy={first.loading} />}
      <Failure error={failed} />
      {next && (
        <p class="more">
          <button type="button" onClick={loadMore}>
            More
          </button>
        </p>
      )}
    </>
  );
}

function Filters(props: { place: Place; choices: Choices }) {
  const { place } = props;
  const asked = place.query.get('q') ?? '';
  const [text, setText] = useState(asked);
  const sent = useRef(asked);
  const typed = useRef(0);
  useLayoutEffect(() => {
    // The address follows what is typed, a moment later: that must not take away what was typed since.
    if (asked !== sent.current) {
      sent.current = asked;
      clearTimeout(typed.current);
      setText(asked);
    }
  }, [asked]);
  useEffect(() => () => clearTimeout(typed.current), []);
  const search = (value: string): void => {
    setText(value);
    clearTimeout(typed.current);
    typed.current = setTimeout(() => {
      sent.current = value;
      go(withQuery(here(), { q: value || null }), true);
    }, 250) as unknown as number;
  };
  const active = [...place.query].filter(([name]) => FILTERS.includes(name));
  const custom = place.query.has('from') || place.query.has('to');
  const [from, to] = ['from', 'to'].map((end) => time(instant(place.query.get(end))) || '…');
  const range = `${from} – ${to} UTC`;
  return (
    <search class="filters">
      <div class="row">
        <input
          type="search"
          class="grow"
          aria-label="Search traces by ID, session, user, name, agent, error or tool"
          placeholder="Trace ID, session, user, name, error, tool"
          value={text}
          onInput={(event) => search(event.currentTarget.value)}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={place.query.get('in') === 'steps'}
            onChange={(event) => go(withQuery(place, { in: event.currentTarget.checked ? 'steps' : null }))}
          />
          in steps, too
        </label>
        <select
          aria-label="Time range"
          value={custom ? 'custom' : (place.query.get('last') ?? '')}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            const now = Math.floor(Date.now() / 60_000) * 60;
            const between = { from: String((now - 86_400) * 1e6), to: String(now * 1e6), last: null };
            go(withQuery(place, chosen === 'custom' ? between : { last: chosen || null, from: null, to: null }));
          }}
        >
          {RANGES.map(([name, seconds]) => (
            <option key={name} value={seconds ?? ''}>
              {name}
            </option>
          ))}
          <option value="custom">Between two times</option>
        </select>
        {custom &&
          (['from', 'to'] as const).map((end) => (
            <label key={end}>
              {end === 'from' ? 'From' : 'To'}{' '}
              <input
                type="datetime-local"
                step="1"
                aria-label={`${end === 'from' ? 'From' : 'To'} (UTC)`}
                value={local(instant(place.query.get(end)) ?? NaN)}
                onChange={(event) => {
                  const micros = instant(event.currentTarget.value);
                  // A year that is being typed goes through the first century.
                  if (micros === null || micros >= 0) {
                    go(withQuery(place, { [end]: micros === null ? null : String(micros) }), true);
                  }
                }}
              />
            </label>
          ))}
        <AddFilter place={place} choices={props.choices} />
      </div>
      <ul class="chips" aria-label="Filters">
        {QUICK.map(([label, name, value]) => {
          const on = place.query.getAll(name).includes(value);
          return (
            <li key={label}>
              <button
                type="button"
                class={`chip${on ? ' on' : ''}`}
                aria-pressed={on}
                onClick={() => go(withQuery(place, { [name]: toggled(place, name, value) }))}
              >
                {label}
              </button>
            </li>
          );
        })}
        {active
          .filter(([name, value]) => !QUICK.some(([, quick, of]) => quick === name && of === value))
          .map(([name, value]) => (
            <li key={`${name}=${value}`}>
              <button
                type="button"
                class="chip on"
                aria-label={`Take away ${words(name)}: ${inWords(name, value) || 'none'}`}
                onClick={() => go(withQuery(place, { [name]: toggled(place, name, value) }))}
              >
                {words(name)}: <Told>{inWords(name, value) || '(none)'}</Told> <span aria-hidden="true">×</span>
              </button>
            </li>
          ))}
        {custom && (
          <li>
            <button
              type="button"
              class="chip on"
              aria-label={`Take away the range of time: ${range}`}
              onClick={() => go(withQuery(place, { from: null, to: null }))}
            >
              {range}{' '}
              <span aria-hidden="true">×</span>
            </button>
          </li>
        )}
      </ul>
    </search>
  );
}

function toggled(place: Place, name: string, value: string): string[] {
  const values = place.query.getAll(name);
  return values.includes(value) ? values.filter((one) => one !== value) : SINGLE.includes(name) ? [value] : [...values, value];
}

/** A filter's value; of a filter within, its names and values. */
export function inWords(name: string, value: string): string {
  return name === 'also'
    ? [...new URLSearchParams(value)].map(([each, of]) => `${words(each).toLowerCase()} ${isolated(of || '(none)')}`).join(', ')
    : value;
}

function AddFilter(props: { place: Place; choices: Choices }) {
  const { place } = props;
  const [name, setName] = useState('');
  const values = FIXED[name] ?? props.choices[name === 'failed_tool' ? 'tool' : name] ?? [];
  const add = (value: string): void => {
    go(withQuery(place, { [name]: SINGLE.includes(name) ? value : [...new Set([...place.query.getAll(name), value])] }));
    setName('');
  };
  return (
    <>
      <select aria-label="Filter by" value={name} onChange={(event) => setName(event.currentTarget.value)}>
        <option value="">Filter by …</option>
        {NAMES.map((each) => (
          <option key={each} value={each}>
            {words(each)}
          </option>
        ))}
      </select>
      {name && !TYPED.includes(name) && (
        <select
          aria-label={words(name)}
          value="…"
          onChange={(event) => event.currentTarget.value !== '…' && add(event.currentTarget.value)}
          autofocus
        >
          <option value="…">{words(name)} …</option>
          {values.map((value) => (
            <option key={value} value={value}>
              {isolated(value || '(none)')}
            </option>
          ))}
        </select>
      )}
      {TYPED.includes(name) && (
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            add(String(new FormData(event.currentTarget).get('value')));
          }}
        >
          <input
            name="value"
            aria-label={words(name)}
            inputMode={NUMBERS[name] ? 'decimal' : 'text'}
            pattern={NUMBERS[name] ?? '.*'}
            required
            autofocus
          />
          <button type="submit">Add</button>
        </form>
      )}
    </>
  );
}

function TraceTable(props: { rows: TraceRow[]; busy: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || (event.key !== 'j' && event.key !== 'k')) {
        return;
      }
      const links = [...(body.current?.querySelectorAll<HTMLAnchorElement>('a.open') ?? [])];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      links[Math.max(0, Math.min(links.length - 1, at + (event.key === 'j' ? 1 : -1)))]?.focus();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  return (
    // The roles are said because a phone shows rows as cards, and a table that is none loses them.
    <table class="traces" role="table" aria-busy={props.busy}>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Started (UTC)</th>
          <th scope="col" role="columnheader">Trace</th>
          <th scope="col" role="columnheader" class="wide">
            Versions
          </th>
          <th scope="col" role="columnheader">Outcome</th>
          <th scope="col" role="columnheader" class="number middle">
            Steps
          </th>
          <th scope="col" role="columnheader" class="number wide">
            Tokens
          </th>
          <th scope="col" role="columnheader" class="number wide">
            Cost
          </th>
          <th scope="col" role="columnheader" class="number">
            Took
          </th>
          <th scope="col" role="columnheader" class="wide">
            Window
          </th>
        </tr>
      </thead>
      <tbody ref={body} role="rowgroup">
        {props.rows.map((row) => (
          <TraceLine key={row.trace_id} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function TraceLine(props: { row: TraceRow }) {
  const { row } = props;
  return (
    <tr role="row">
      <td role="cell" class="when">
        <time>{time(row.started_us)}</time>
      </td>
      <td role="cell" class="what">
        <a class="open" href={`/trace/${row.trace_id}`}>
          <Told>{row.root_name || row.trace_id.slice(0, 12)}</Told>
        </a>
        <div class="faint">
          <code>{row.trace_id.slice(0, 8)}</code>
          {row.tools.length > 0 && (
            <>
              {' '}
              · <Told>{row.tools.join(', ')}</Told>
            </>
          )}
        </div>
      </td>
      <td role="cell" class="wide">
        <Told>{`${row.agent_name} ${row.agent_version}`}</Told>
        <div class="faint">
          <Told>{[row.prompt_version && `prompt ${row.prompt_version}`, row.model].filter(Boolean).join(' · ')}</Told>
        </div>
      </td>
      <td role="cell" class="outcome">
        <StatusMark status={row.status} phase={row.phase} /> {row.error_type && <Told>{row.error_type}</Told>}
        <div class="marks">
          {row.escalated && <Mark kind="warn">escalated</Mark>}
          {row.rolled_back && <Mark kind="bad">rolled back</Mark>}
          {row.evaluation_failed > 0 && (
            <Mark kind="bad">
              {counted(row.evaluation_failed, 'check')} failed
            </Mark>
          )}
          {row.feedback_score !== null && (
            <Mark kind={row.feedback_score < 0.5 ? 'bad' : 'good'}>feedback {score(row.feedback_score)}</Mark>
          )}
          {row.flags
            .filter((flag) => flag !== 'error' && flag !== row.error_type)
            .slice(0, 3)
            .map((flag) => (
              <Mark key={flag} kind="plain">
                <Told>{flag}</Told>
              </Mark>
            ))}
        </div>
      </td>
      <td role="cell" class="number middle">
        {count(row.decision_count)}
        {row.error_count > 0 && <div class="bad-text">{count(row.error_count)} failed</div>}
      </td>
      <td role="cell" class="number wide">{compact(row.total_tokens)}</td>
      <td role="cell" class="number wide">{dollars(row.cost_usd)}</td>
      <td role="cell" class="number took">{duration(row.duration_us)}</td>
      <td role="cell" class="wide">
        {row.max_context_utilization === null ? (
          <span class="faint">{percent(null)}</span>
        ) : (
          <SmallGauge share={row.max_context_utilization} />
        )}
      </td>
    </tr>
  );
}
