import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Choices, type Histogram, type TracePage, type TraceRow, get } from '../api';
import { filterOf } from '../filter';
import { compact, count, counted, dollars, duration, percent, score, time } from '../format';
import { useLoad } from '../load';
import { Failure, Mark, SmallGauge, StatusMark, Told } from '../parts/bits';
import { AddFilter, FilterChips, type QuickFilter, TimeRange } from '../parts/filters';
import { HistogramToCome, TraceHistogram } from '../parts/histogram';
import { type Place, go, here, withQuery } from '../route';

/** What is asked for most. */
const QUICK: QuickFilter[] = [
  ['Failed', 'status', 'error'],
  ['Escalated', 'escalated', 'true'],
  ['Bad feedback', 'feedback', 'bad'],
  ['Failed a check', 'verdict', 'failed'],
  ['Context pressure', 'flag', 'context_pressure'],
];

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
        <TimeRange place={place} />
        <AddFilter place={place} choices={props.choices} />
      </div>
      <FilterChips place={place} quick={QUICK} />
    </search>
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
