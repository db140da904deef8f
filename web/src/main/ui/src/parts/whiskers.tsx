import type { Bins, Interval, Sided, Versions } from '../api';
import { amount, count, counted, difference, percent, time } from '../format';

/** Two estimates with their intervals on one scale. */
export function Whiskers(props: { sided: Sided }) {
  const { a, b, unit } = props.sided;
  const bounds = [a, b].flatMap((each) => (each ? [each.low ?? each.value, each.high ?? each.value] : []));
  if (bounds.length === 0) {
    return null;
  }
  // Shares have a zero that means something; of the rest the difference is what matters.
  const low = unit === 'share' ? 0 : Math.min(...bounds);
  const high = Math.max(...bounds, unit === 'share' ? 0.01 : low);
  const x = (value: number): number => 5 + ((value - low) / (high - low || 1)) * 150;
  return (
    <svg class="whiskers" viewBox="0 0 160 26" aria-hidden="true">
      {[a, b].map(
        (each, index) =>
          each && (
            <g key={index} class={index === 0 ? 'side-a' : 'side-b'}>
              <line x1={x(each.low ?? each.value)} x2={x(each.high ?? each.value)} y1={7 + index * 12} y2={7 + index * 12} />
              <circle cx={x(each.value)} cy={7 + index * 12} r={3.5} />
            </g>
          ),
      )}
    </svg>
  );
}

/** A difference in words, and whether it is more than chance. */
export function Verdict(props: { sided: Sided }) {
  const { better, difference: change, unit } = props.sided;
  if (!change) {
    return <span class="faint">too few to tell</span>;
  }
  const improved = better === '' ? null : (change.value < 0) === (better === 'lower');
  const tone = !change.clear || improved === null ? 'faint' : improved ? 'good-text' : 'bad-text';
  return (
    <span class={tone}>
      {difference(change.value, unit)}{' '}
      <span class="faint">
        ({difference(change.low, unit)} to {difference(change.high, unit)})
      </span>
      {change.clear && improved !== null && <strong>{improved ? ' better' : ' worse'}</strong>}
    </span>
  );
}

export function estimate(sided: Sided, side: 'a' | 'b'): string {
  const each = sided[side];
  if (!each) {
    return '–';
  }
  return `${amount(each.value, sided.unit)}${each.count === undefined ? '' : ` (${count(each.count)} of ${count(each.of ?? 0)})`}`;
}

function binInWords(bin: Bins['bins'][number]): string {
  return `${percent(bin.stated)} sure, ${percent(bin.value)} of ${count(bin.decisions)} turned out well`;
}

/** Stated confidence against what came of it: on the diagonal it was justified. */
export function CalibrationPlot(props: {
  a: Bins;
  b: Bins;
  difference: Sided['difference'];
  names: [string, string];
  link: (side: 'a' | 'b', filter: string) => string;
}) {
  const size = 260;
  const pad = 34;
  const x = (value: number): number => pad + value * (size - pad - 8);
  const y = (value: number): number => size - pad - value * (size - pad - 8);
  const marks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <figure class="calibration">
      <svg
        viewBox={`0 0 ${size} ${size}`}
        role="group"
        aria-label="Calibration: stated confidence from left to right, share that turned out well from bottom to top"
      >
        {marks.map((mark) => (
          <g key={mark} class="grid">
            <line x1={x(mark)} x2={x(mark)} y1={y(0)} y2={y(1)} />
            <line x1={x(0)} x2={x(1)} y1={y(mark)} y2={y(mark)} />
            <text x={x(mark)} y={size - pad + 14} text-anchor="middle">
              {mark}
            </text>
            <text x={pad - 5} y={y(mark) + 4} text-anchor="end">
              {mark}
            </text>
          </g>
        ))}
        <line class="diagonal" x1={x(0)} x2={x(1)} y1={y(0)} y2={y(1)} />
        {(['a', 'b'] as const).map((side) => (
          <g key={side} class={`side-${side}`}>
            {props[side].bins.map((bin) => (
              <g key={bin.stated}>
                <line x1={x(bin.stated)} x2={x(bin.stated)} y1={y(bin.low)} y2={y(bin.high)} />
                <a href={props.link(side, bin.filter)} aria-label={binInWords(bin)}>
                  <title>{binInWords(bin)}</title>
                  <circle cx={x(bin.stated)} cy={y(bin.value)} r={Math.min(8, 2.5 + Math.sqrt(bin.decisions) / 3)} />
                </a>
              </g>
            ))}
          </g>
        ))}
        <text class="axis" x={x(0.5)} y={size - 4} text-anchor="middle">
          stated confidence
        </text>
      </svg>
      <figcaption>
        <table>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Decisions</th>
              <th scope="col">Expected calibration error</th>
            </tr>
          </thead>
          <tbody>
            {(['a', 'b'] as const).map((side, index) => (
              <tr key={side}>
                <th scope="row">
                  <span class={`swatch side-${side}`} aria-hidden="true" /> <bdi>{props.names[index]}</bdi>
                </th>
                <td class="number">
                  <a href={props.link(side, props[side].filter)}>{count(props[side].decisions)}</a>
                </td>
                <td class="number">
                  <CalibrationError error={props[side].expected_calibration_error} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {props.difference && (
          <p>
            B against A:{' '}
            <Verdict sided={{ unit: 'share', better: 'lower', difference: props.difference }} />
          </p>
        )}
      </figcaption>
    </figure>
  );
}

function CalibrationError(props: { error: Interval | undefined }) {
  const { error } = props;
  return error ? (
    <>
      {percent(error.value, 1)}{' '}
      <span class="faint">
        {percent(error.low, 1)} to {percent(error.high, 1)}
      </span>
    </>
  ) : (
    <>–</>
  );
}

/** How many lanes there are to look at, beside those of the versions that are compared. */
const LANES = 8;

function mostTraces(versions: Versions['versions'], compared: (string | null)[]): Versions['versions'] {
  const most = new Set([...versions].sort((one, two) => two.traces - one.traces).slice(0, LANES));
  return versions.filter((each) => most.has(each) || compared.includes(each.version));
}

/** When which version was at work, and how much of it failed: a lane for each. */
export function VersionLanes(props: {
  versions: Versions;
  a: string | null;
  b: string | null;
  link: (version: string, filter: string) => string;
}) {
  const { from_us: from, versions, width_us: width } = props.versions;
  if (!from || !width || versions.length === 0) {
    return null;
  }
  const drawn = mostTraces(versions, [props.a, props.b]);
  const leftOut = versions.length - drawn.length + (props.versions.left_out ?? 0);
  const stretches = 1 + Math.max(...versions.flatMap((each) => each.stretches.map((stretch) => stretch.stretch)));
  const most = Math.max(...versions.flatMap((each) => each.stretches.map((stretch) => stretch.traces)));
  const cell = 600 / stretches;
  return (
    <table class="lanes">
      <caption class="faint">
        {time(from)} to {time(from + stretches * width)} UTC: height says how many traces, colour how many of them failed
        {leftOut > 0 && `; ${counted(leftOut, 'version')} with fewer traces not drawn`}
      </caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Over time</th>
          <th scope="col">Failed</th>
        </tr>
      </thead>
      <tbody>
        {drawn.map((each) => (
          <tr key={each.version}>
            <th scope="row">
              {each.version === props.a && <span class="swatch side-a" aria-hidden="true" />}
              {each.version === props.b && <span class="swatch side-b" aria-hidden="true" />} <bdi>{each.version || '(none)'}</bdi>
            </th>
            <td>
              <svg viewBox="0 0 600 30" preserveAspectRatio="none" aria-hidden="true">
                {each.stretches.map((stretch) => {
                  const height = 3 + (stretch.traces / most) * 26;
                  return (
                    <g key={stretch.stretch}>
                      <rect class="lane" x={stretch.stretch * cell + 0.5} width={cell - 1} y={30 - height} height={height} />
                      <rect
                        class="lane-failed"
                        x={stretch.stretch * cell + 0.5}
                        width={cell - 1}
                        y={30 - height * stretch.value}
                        height={height * stretch.value}
                      />
                    </g>
                  );
                })}
              </svg>
            </td>
            <td class="number">
              <a href={props.link(each.version, `${each.filter}&status=error`)}>{percent(each.value)}</a>{' '}
              <span class="faint">
                of <a href={props.link(each.version, each.filter)}>{count(each.traces)}</a>
                {each.stand_for !== undefined && ` for ${count(Math.round(each.stand_for))}`}, {percent(each.low)} to {percent(each.high)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
