import type { ComponentChildren } from 'preact';
import { type Choices, type Comparison, type Sided, type Versions, get } from '../api';
import { filterOf } from '../filter';
import { count, counted, isolated, percent, words } from '../format';
import { useLoad } from '../load';
import { Bisect } from '../parts/bisect';
import { Failure, Told } from '../parts/bits';
import { AddFilter, FilterChips, TimeRange } from '../parts/filters';
import { CalibrationPlot, VersionLanes, Verdict, Whiskers, estimate } from '../parts/whiskers';
import { type Place, encoded, go, withQuery } from '../route';

const DIMENSIONS = [
  'agent_version',
  'agent_name',
  'model',
  'prompt_version',
  'prompt_name',
  'tool_schema_version',
  'memory_index_version',
  'framework',
  'framework_version',
  'release',
  'service',
  'environment',
];

/** Two versions of anything side by side. */
export function Compare(props: { place: Place }) {
  const { place } = props;
  const dimension = place.query.get('dimension') ?? 'agent_version';
  const filter = filterOf(place);
  filter.delete(dimension);
  const asked = new URLSearchParams(filter);
  asked.set('dimension', dimension);
  const versions = useLoad(`versions?${asked}`, (signal) => get<Versions>('/versions', asked, signal));
  const known = versions.data?.dimension === dimension ? versions.data.versions : [];
  // The two that came last: what was just rolled out, and what it took the place of.
  const b = place.query.get('b') ?? known.at(-1)?.version ?? null;
  const a = place.query.get('a') ?? known.filter((each) => each.version !== b).at(-1)?.version ?? null;
  const both = new URLSearchParams(asked);
  both.set('a', a ?? '');
  both.set('b', b ?? '');
  const ready = a !== null && b !== null && a !== b && known.length > 0;
  const compared = useLoad(ready ? both.toString() : null, (signal) => get<Comparison>('/compare', both, signal));
  const data = compared.data;
  const choice = (side: 'a' | 'b', value: string | null): ComponentChildren => (
    <label>
      <span class={`swatch side-${side}`} aria-hidden="true" /> {side === 'a' ? 'Version A' : 'Version B'}{' '}
      <select value={value ?? ''} onChange={(event) => go(withQuery(place, { [side]: event.currentTarget.value }))}>
        {value !== null && !known.some((each) => each.version === value) && (
          <option value={value}>{isolated(value || '(none)')}</option>
        )}
        {known.map((each) => (
          <option key={each.version} value={each.version}>
            {`${isolated(each.version || '(none)')} · ${counted(each.traces, 'trace')}`}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <h1>Compare</h1>
      <div class="row filters">
        <label>
          Of what{' '}
          <select
            value={dimension}
            onChange={(event) => go(withQuery(place, { dimension: event.currentTarget.value, a: null, b: null }))}
          >
            {DIMENSIONS.map((each) => (
              <option key={each} value={each}>
                {words(each)}
              </option>
            ))}
          </select>
        </label>
        {choice('a', a)}
        {choice('b', b)}
        <button type="button" class="quiet" disabled={!ready} onClick={() => go(withQuery(place, { a: b, b: a }))}>
          Swap
        </button>
      </div>
      <Scope place={place} dimension={dimension} />
      <Failure error={versions.error} retry={versions.reload} />
      {versions.data && known.length > 0 && (
        <section aria-labelledby="lanes-title">
          <h2 id="lanes-title">When, and how much failed</h2>
          <VersionLanes
            versions={versions.data}
            a={a}
            b={b}
            link={(version, more) => traces(filter, dimension, version, more)}
          />
        </section>
      )}
      <Bisect place={place} filter={filter} anyTraces={known.length > 0} />
      {versions.data && known.length < 2 && (
        <p class="empty">There is nothing to compare: {known.length === 1 ? 'a single one' : 'none'} in these traces.</p>
      )}
      <Failure error={compared.error} retry={compared.reload} />
      {data && a !== null && b !== null && data.a.version === a && data.b.version === b && (
        <Measures data={data} filter={filter} dimension={dimension} />
      )}
    </>
  );
}

/** Which traces are compared: the agent, a range of time, and whatever else the list is filtered by. */
function Scope(props: { place: Place; dimension: string }) {
  const { dimension, place } = props;
  const range = new URLSearchParams([...filterOf(place)].filter(([name]) => name === 'from' || name === 'to'));
  const choices = useLoad(`choices?${range}`, (signal) => get<Choices>('/traces/choices', range, signal));
  const agents = place.query.getAll('agent_name');
  const offered = [...new Set([...(choices.data?.['agent_name'] ?? []), ...agents])];
  return (
    <search class="filters" aria-label="Traces that are compared">
      <div class="row">
        {dimension !== 'agent_name' && (
          <label>
            Of agent{' '}
            <select
              value={agents.length > 1 ? '…' : (agents[0] ?? '*')}
              onChange={(event) => {
                const chosen = event.currentTarget.value;
                go(withQuery(place, { agent_name: chosen === '*' ? null : chosen, a: null, b: null }));
              }}
            >
              <option value="*">any</option>
              {agents.length > 1 && <option value="…">several</option>}
              {offered.map((each) => (
                <option key={each} value={each}>
                  {isolated(each || '(none)')}
                </option>
              ))}
            </select>
          </label>
        )}
        <TimeRange place={place} />
        <AddFilter place={place} choices={choices.data ?? {}} without={dimension} />
      </div>
      <FilterChips place={place} quick={[]} without={dimension} />
    </search>
  );
}

/** What all of these filters find: a name that has another value already goes into a filter within. */
export function both(...filters: URLSearchParams[]): URLSearchParams {
  const all = new URLSearchParams();
  for (const filter of filters) {
    const added = [...filter].filter(([name, value]) => !all.getAll(name).includes(value) || all.getAll(name).length > 1);
    if (added.some(([name]) => all.has(name))) {
      all.append('also', new URLSearchParams(added).toString());
    } else {
      added.forEach(([name, value]) => all.append(name, value));
    }
  }
  return all;
}

/** Where the traces of a version are that a filter finds, among those that were asked for. */
function traces(asked: URLSearchParams, dimension: string, version: string, more: string): string {
  return `/?${encoded(both(asked, new URLSearchParams({ [dimension]: version }), new URLSearchParams(more)))}`;
}

function Measures(props: { data: Comparison; filter: URLSearchParams; dimension: string }) {
  const { data } = props;
  const link = (side: 'a' | 'b', more: string): string => traces(props.filter, props.dimension, data[side].version, more);
  return (
    <>
      <section aria-labelledby="measures-title">
        <h2 id="measures-title">Settled traces</h2>
        <p class="faint">
          Estimates with 95 % intervals. A difference is called better or worse when its interval leaves zero out; of
          many, a few do so by chance. Numbers lead to the traces that they come from.
        </p>
        {(['a', 'b'] as const)
          .filter((side) => data[side].stand_for !== undefined)
          .map((side) => (
            <p key={side}>
              The traces of <Told>{data[side].version || '(none)'}</Told> are a sample:{' '}
              {counted(data[side].traces, 'trace')} {data[side].traces === 1 ? 'stands' : 'stand'} for{' '}
              {count(Math.round(data[side].stand_for!))}. Estimates count each as often as it stands for others; the
              numbers in brackets are those of the sample.
            </p>
          ))}
        <Sides data={data} label="Measure">
          <tr role="row">
            <th scope="row" role="rowheader">Traces</th>
            <td role="cell" class="number">
              <a href={link('a', data.a.filter)}>{count(data.a.traces)}</a>
            </td>
            <td role="cell" class="number">
              <a href={link('b', data.b.filter)}>{count(data.b.traces)}</a>
            </td>
            <td role="cell" class="wide" />
            <td role="cell" />
          </tr>
          {data.measures.map((measure) => (
            <Line
              key={measure.name}
              name={words(measure.name)}
              sided={measure}
              link={link}
            />
          ))}
          {data.duration_quantiles.map((quantile) => (
            <Line
              key={quantile.level}
              name="Duration"
              note={`that ${quantile.level === 0.5 ? 'half' : percent(quantile.level)} of them stay within`}
              sided={quantile}
              link={link}
            />
          ))}
        </Sides>
      </section>
      {data.evaluators.length > 0 && (
        <section aria-labelledby="evaluators-title">
          <h2 id="evaluators-title">Evaluators</h2>
          <Sides data={data} label="Evaluator">
            {data.evaluators.flatMap((each) => [
              <Line
                key={`${each.name}-failed`}
                name={<Told>{each.name}</Told>}
                note="verdicts that failed"
                sided={each.failed}
                link={link}
              />,
              <Line key={`${each.name}-score`} name={<Told>{each.name}</Told>} note="score" sided={each.score} link={link} />,
            ])}
          </Sides>
          <LeftOut number={data.evaluators_left_out} what="evaluator" />
        </section>
      )}
      {data.tools.length > 0 && (
        <section aria-labelledby="tools-title">
          <h2 id="tools-title">Tools</h2>
          <Sides data={data} label="Tool">
            {data.tools.flatMap((each) => [
              <Line
                key={`${each.name}-used`}
                name={<Told>{each.name}</Told>}
                note={`traces that call it; ${count(each.calls_a)} and ${count(each.calls_b)} calls`}
                sided={each.used}
                link={link}
              />,
              <Line
                key={`${each.name}-failed`}
                name={<Told>{each.name}</Told>}
                note="calls that failed"
                sided={each.failed}
                link={link}
              />,
            ])}
          </Sides>
          <LeftOut number={data.tools_left_out} what="tool" />
        </section>
      )}
      {data.calibration.a.decisions + data.calibration.b.decisions > 0 && (
        <section aria-labelledby="calibration-title">
          <h2 id="calibration-title">Was it right to be sure?</h2>
          <CalibrationPlot
            a={data.calibration.a}
            b={data.calibration.b}
            difference={data.calibration.difference}
            names={[data.a.version, data.b.version]}
            link={link}
          />
        </section>
      )}
    </>
  );
}

/** What is not among the most frequent is not told, but that there is more is. */
function LeftOut(props: { number: number; what: string }) {
  return props.number > 0 ? <p class="faint">{counted(props.number, `less frequent ${props.what}`)} not shown.</p> : null;
}

function Sides(props: { data: Comparison; label: string; children: ComponentChildren }) {
  return (
    <div class="scroll">
      <table class="compare" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{props.label}</th>
            {(['a', 'b'] as const).map((side) => (
              <th key={side} scope="col" role="columnheader" class="number">
                <span class={`swatch side-${side}`} aria-hidden="true" /> <Told>{props.data[side].version || '(none)'}</Told>
              </th>
            ))}
            <th scope="col" role="columnheader" class="wide">
              <span class="unseen">Intervals</span>
            </th>
            <th scope="col" role="columnheader">B against A</th>
          </tr>
        </thead>
        <tbody role="rowgroup">{props.children}</tbody>
      </table>
    </div>
  );
}

function Line(props: {
  name: ComponentChildren;
  note?: string;
  sided: Sided;
  link: (side: 'a' | 'b', filter: string) => string;
}) {
  const { sided } = props;
  if (!sided.a && !sided.b) {
    return null;
  }
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        {props.name} {props.note && <span class="faint">{props.note}</span>}
      </th>
      {(['a', 'b'] as const).map((side) => (
        <td role="cell" key={side} class="number">
          {sided[side] ? <a href={props.link(side, sided[side].filter ?? '')}>{estimate(sided, side)}</a> : estimate(sided, side)}
        </td>
      ))}
      <td role="cell" class="wide">
        <Whiskers sided={sided} />
      </td>
      <td role="cell">
        <Verdict sided={sided} />
      </td>
    </tr>
  );
}
