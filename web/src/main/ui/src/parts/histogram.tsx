import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Histogram } from '../api';
import { clock, count, counted, day, percent } from '../format';

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Columns from start to end, those without traces included. */
function series(counts: Histogram): [number[], number[], number[]] {
  const width = counts.width_us ?? 1;
  const first = counts.columns[0]?.start_us ?? 0;
  const last = counts.columns.at(-1)?.start_us ?? 0;
  const known = new Map(counts.columns.map((column) => [column.start_us, column]));
  const times: number[] = [];
  const total: number[] = [];
  const failed: number[] = [];
  for (let start = first; start <= last; start += width) {
    times.push(start / 1e6);
    total.push(known.get(start)?.total ?? 0);
    failed.push(known.get(start)?.failed ?? 0);
  }
  return [times, total, failed];
}

/** The day where one begins, else the time of day, as finely as the columns tell it. */
function labels(seconds: number[], width: number): string[] {
  let before = '';
  return seconds.map((each) => {
    const date = day(each * 1e6);
    const hour = width >= 86_400 ? '' : clock(each * 1e6).slice(0, width < 60 ? 8 : 5);
    const label = date === before && hour ? hour : hour ? `${hour}\n${date.slice(5)}` : date;
    before = date;
    return label;
  });
}

/** The room that the histogram takes, so that no row moves when it comes. */
export function HistogramToCome() {
  return (
    <figure class="histogram" aria-busy="true">
      <figcaption class="faint">Counting …</figcaption>
      <div class="plot" />
    </figure>
  );
}

/** Traces over time; dragging over it chooses a stretch. */
export function TraceHistogram(props: {
  counts: Histogram;
  /** Whether the counts are those of what was asked before. */
  busy: boolean;
  onRange: (fromUs: number, toUs: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const choose = useRef(props.onRange);
  choose.current = props.onRange;
  const { counts } = props;
  useEffect(() => {
    const element = box.current;
    if (!element || counts.columns.length === 0) {
      return;
    }
    const width = (counts.width_us ?? 1) / 1e6;
    let plot: uPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      const bars = uPlot.paths.bars!({ size: [0.9, 40], align: 1 });
      plot = new uPlot(
        {
          width: element.clientWidth,
          height: 120,
          tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
          legend: { show: false },
          cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
          scales: {
            x: { range: (_plot, low, high) => [low, high + width] },
            y: { range: (_plot, _low, high) => [0, Math.max(1, high)] },
          },
          axes: [
            {
              stroke: colour('--faint'),
              grid: { show: false },
              ticks: { stroke: colour('--line') },
              size: 42,
              space: 80,
              values: (_plot, seconds) => labels(seconds, width),
            },
            {
              stroke: colour('--faint'),
              grid: { stroke: colour('--line') },
              ticks: { show: false },
              size: 44,
              // There is no half a trace.
              incrs: [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5, 6, 7].map((power) => step * 10 ** power)).sort((a, b) => a - b),
            },
          ],
          series: [
            {},
            { label: 'traces', fill: colour('--bar'), width: 0, paths: bars, points: { show: false } },
            { label: 'failed', fill: colour('--bad'), width: 0, paths: bars, points: { show: false } },
          ],
          hooks: {
            setSelect: [
              (chart) => {
                if (chart.select.width > 4) {
                  const from = chart.posToVal(chart.select.left, 'x');
                  const to = chart.posToVal(chart.select.left + chart.select.width, 'x');
                  choose.current(Math.floor(from * 1e6), Math.ceil(to * 1e6));
                }
              },
            ],
          },
        },
        series(counts),
        element,
      );
    };
    draw();
    const resized = new ResizeObserver(() => {
      if (plot && plot.width !== element.clientWidth) {
        plot.setSize({ width: element.clientWidth, height: 120 });
      }
    });
    resized.observe(element);
    addEventListener('recount:theme', draw);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      removeEventListener('recount:theme', draw);
      scheme.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [counts]);
  const extent =
    counts.from_us && counts.to_us
      ? `, ${day(counts.from_us)} ${clock(counts.from_us)} to ${day(counts.to_us)} ${clock(counts.to_us)} UTC`
      : '';
  return (
    <figure class="histogram" aria-busy={props.busy}>
      <figcaption aria-live="polite">
        {props.busy ? <span class="faint">Counting …</span> : <strong>{counted(counts.total, 'trace')}</strong>}
        {counts.total > 0 && !props.busy && (
          <>
            , {count(counts.failed)} failed ({percent(counts.failed / counts.total)}), {count(counts.escalated)} escalated
            <span class="faint">
              {extent}
              {counts.outside ? `; ${counted(counts.outside, 'trace')} with an impossible clock outside of it` : ''}
            </span>
          </>
        )}
      </figcaption>
      <div ref={box} class="plot" aria-hidden="true" />
    </figure>
  );
}
