import { type Course, type Finding, type Regression, type VersionName, get } from '../api';
import { amount, compact, count, counted, time, words } from '../format';
import { useLoad } from '../load';
import { type Place, encoded, go, url, withQuery } from '../route';
import { Failure, Mark, Told } from './bits';

const NO_SEARCH = 'none';

/** What is asked first needs nobody's judgement, so that there is something to find in any traces. */
const MEASURES: [string, string][] = [
  ['error', 'Failures'],
  ['outcome', 'Outcomes'],
  ['score', 'Scores of evaluators'],
  ['cost', 'Cost'],
  ['latency', 'Duration'],
  [NO_SEARCH, 'Do not search'],
];

const UNITS: Record<string, string> = { outcome: 'share', error: 'share', score: 'score', cost: 'usd', latency: 's' };

/** By what the search can be narrowed, each to one value. */
const SCOPE = ['agent_name', 'service', 'environment', 'from', 'to'];

/** Two standard errors either way hold the true effect in 95 of 100 cases. */
const CONFIDENCE = 1.96;

/** Which change of a version made things worse, as a picture. */
export function Bisect(props: { place: Place; filter: URLSearchParams; anyTraces: boolean }) {
  const measure = props.place.query.get('explain') ?? MEASURES[0]![0];
  const wanted = measure !== NO_SEARCH && props.anyTraces;
  const asked = new URLSearchParams({ measure });
  const ignored = new Set<string>();
  props.filter.forEach((value, name) => {
    if (!SCOPE.includes(name) || !value || asked.has(name)) {
      ignored.add(words(name).toLowerCase());
    } else {
      asked.set(name, value);
    }
  });
  const found = useLoad(wanted ? asked.toString() : null, (signal) => get<Regression>('/bisect', asked, signal));
  const data = found.data?.measure === measure ? found.data : undefined;
  return (
    <section aria-labelledby="bisect-title">
      <div class="row">
        <h2 id="bisect-title">Which change made it worse?</h2>
        <label>
          <span class="unseen">What got worse</span>
          <select
            value={measure}
            onChange={(event) => go(withQuery(props.place, { explain: event.currentTarget.value }))}
          >
            {MEASURES.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Failure error={found.error} />
      {wanted && !data && !found.error && (
        <p class="faint" aria-busy="true">
          Searching …
        </p>
      )}
      {wanted && ignored.size > 0 && (
        <p class="faint">Looked for in one agent, service, environment and time at most: not by {[...ignored].join(', ')}.</p>
      )}
      {data && <Findings data={data} asked={asked} />}
    </section>
  );
}

/** Microseconds since the epoch, of a time as the answer tells it. */
function micros(instant: string): number {
  return Date.parse(instant) * 1000;
}

function told(value: number, measure: string): string {
  const unit = UNITS[measure] ?? '';
  return unit === 's' ? amount(value * 1000, 'ms') : amount(value, unit);
}

/** An effect: points of a share, a part of a cost or time, else the number itself. */
function effect(size: number, data: Regression): string {
  const sign = size > 0 ? '+' : size < 0 ? '−' : '±';
  if (data.logarithmic) {
    return `${sign}${(Math.abs(Math.expm1(size)) * 100).toFixed(1)} %`;
  }
  return UNITS[data.measure] === 'share'
    ? `${sign}${(Math.abs(size) * 100).toFixed(1)} pp`
    : `${sign}${Math.abs(size).toFixed(3)}`;
}

function named(versions: VersionName[]): string {
  return versions.map((each) => `${words(each.dimension).toLowerCase()} ${each.name} ${each.version}`.trim()).join(' with ');
}

/** What the traces of a measure have in common, beside that they are settled and kept. */
const MEASURED: Record<string, string | undefined> = { error: '', cost: 'known=cost', latency: 'known=duration' };

/** The traces of a stretch of time that were looked at; of some measures no filter tells them. */
function Looked(props: { data: Regression; asked: URLSearchParams; from: string; to: string; traces: number }) {
  const known = MEASURED[props.data.measure];
  const told = counted(props.traces, 'trace');
  if (known === undefined) {
    return <>{told}</>;
  }
  const query = new URLSearchParams(`settled=true&retained=true&${known}`);
  props.asked.forEach((value, name) => name !== 'measure' && query.set(name, value));
  query.set('from', props.from);
  query.set('to', props.to);
  return <a href={`/?${encoded(query)}`}>{told}</a>;
}

function Findings(props: { data: Regression; asked: URLSearchParams }) {
  const { asked, data } = props;
  const change = micros(data.window.change);
  return (
    <>
      <p>
        {told(data.before.mean, data.measure)} before {time(change)} UTC (
        <Looked data={data} asked={asked} from={data.window.from} to={data.window.change} traces={data.before.traces} />
        ), {told(data.after.mean, data.measure)} after it (
        <Looked data={data} asked={asked} from={data.window.change} to={data.window.to} traces={data.after.traces} />
        ):{' '}
        {effect(data.difference.size, data)}.{' '}
        <span class="faint">
          {data.window.change_was === 'found' ? 'It changes most there. ' : 'It changes at no one time for sure; these are two halves. '}
          {data.comparisons === 1 ? '1 change' : `${count(data.comparisons)} changes and meetings`} of versions compared.
        </span>
      </p>
      <CourseLine course={data.course} data={data} label="All traces" />
      {data.findings.length === 0 ? (
        <NothingFound data={data} />
      ) : (
        <ol class="findings">
          {data.findings.map((finding, index) => (
            <li key={index}>
              <FindingLine finding={finding} data={data} asked={asked} />
            </li>
          ))}
        </ol>
      )}
      {data.acquitted.length > 0 && (
        <p class="faint">
          Changed too, and not needed to explain it: <Told>{data.acquitted.map(named).join('; ')}</Told>.
        </p>
      )}
    </>
  );
}

/** Why there is no picture, and what to look at instead. */
function NothingFound(props: { data: Regression }) {
  return (
    <p>
      <span class="good-text">No change of a version explains anything for the worse.</span>{' '}
      {props.data.comparisons === 0 &&
        'None gained ground within this time that 20 traces or more ran with, and as many without it. '}
      <span class="faint">Ask for something else that got worse, or above for one agent, or for the time around a change.</span>
    </p>
  );
}

function FindingLine(props: { finding: Finding; data: Regression; asked: URLSearchParams }) {
  const { data, finding } = props;
  const half = CONFIDENCE * finding.effect.standard_error;
  const first = finding.versions[0];
  const old = finding.replaced[0];
  const compare =
    first && old && finding.versions.length === 1
      ? url('/compare', {
          ...Object.fromEntries([...props.asked].filter(([name]) => name !== 'measure')),
          dimension: dimensionOf(first),
          a: old.version,
          b: first.version,
        })
      : null;
  return (
    <>
      <p>
        <strong>
          <Told>{named(finding.versions)}</Told>
        </strong>{' '}
        <Mark kind="bad">{effect(finding.effect.size, data)}</Mark>{' '}
        <span class="faint">
          ({effect(finding.effect.size - half, data)} to {effect(finding.effect.size + half, data)}), explains{' '}
          {effect(finding.explains, data)}; {told(finding.with.mean, data.measure)} with it (
          {compact(finding.with.traces)} traces),{' '}
          {finding.without.traces === 0 ? '–' : told(finding.without.mean, data.measure)} without; p{' '}
          {finding.adjusted_p_value < 0.0001 ? '< 0.0001' : finding.adjusted_p_value.toFixed(4)} after correction
        </span>
      </p>
      {finding.course && (
        <CourseLine course={finding.course} data={data} label={named(finding.versions)} />
      )}
      {finding.only_by_time && (
        <p class="warn-text">
          Only the time speaks for it: too few traces ran without it after, or with it before. What else changed then?
        </p>
      )}
      {finding.cannot_be_told_from.length > 0 && (
        <p>
          Cannot be told from <Told>{finding.cannot_be_told_from.map(named).join('; ')}</Told>: they came together.
        </p>
      )}
      {finding.could_as_well_be.length > 0 && (
        <p>
          Could as well be <Told>{finding.could_as_well_be.map(named).join('; ')}</Told>.
        </p>
      )}
      <p>
        {compare && <a href={compare}>Compare with what it replaced</a>}{' '}
        {finding.example_trace_ids.map((id) => (
          <span key={id}>
            {' '}
            <a href={`/trace/${id}`}>{id.slice(0, 8)}</a>
          </span>
        ))}
      </p>
    </>
  );
}

/** The columns are named as the dimensions, but for the model, which has no name beside its version. */
function dimensionOf(version: VersionName): string {
  return version.dimension === 'model' ? 'model' : `${version.dimension}_version`;
}

/** A measure over time, with a mark where it changes; all of an answer on the same scale of time. */
function CourseLine(props: { course: Course[]; data: Regression; label: string }) {
  const { course } = props;
  const { measure } = props.data;
  if (course.length === 0) {
    return null;
  }
  const change = micros(props.data.window.change);
  const times = [...props.data.course, ...course].map((each) => each.start_us);
  const first = Math.min(...times, change);
  const last = Math.max(...times, change);
  const values = course.map((each) => each.value);
  const low = Math.min(0, ...values);
  const high = Math.max(...values, low + 1e-9);
  const most = Math.max(...course.map((each) => each.traces));
  const x = (time: number): number => 4 + ((time - first) / (last - first || 1)) * 592;
  const y = (value: number): number => 44 - ((value - low) / (high - low)) * 40;
  return (
    <svg
      class="course"
      viewBox="0 0 600 48"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${props.label} over time, from ${told(low, measure)} to ${told(high, measure)}`}
    >
      <polyline points={course.map((each) => `${x(each.start_us)},${y(each.value)}`).join(' ')} />
      {course.map((each) => (
        // A line without length keeps its round ends round, however the picture is stretched.
        <path
          key={each.start_us}
          class="point"
          d={`M${x(each.start_us)},${y(each.value)}h0`}
          stroke-width={3 + (each.traces / most) * 4}
        >
          <title>{`${time(each.start_us)}: ${told(each.value, measure)} of ${count(each.traces)} traces`}</title>
        </path>
      ))}
      <line class="change" x1={x(change)} x2={x(change)} y1="0" y2="48" />
    </svg>
  );
}
