import type { Span, Step, Story } from '../api';
import { duration, words } from '../format';
import { Mark, SmallGauge, Told } from './bits';

/** A line of the waterfall: a step, or a span that is none. */
export interface Line {
  id: string;
  step?: Step;
  span?: Span;
  startUs: number;
  durationUs: number | null;
}

function isNotable(step: Step): boolean {
  return (
    step.status === 'error' ||
    step.flags.length > 0 ||
    step.context_truncated ||
    step.evaluation_failed > 0 ||
    step.feedback_count > 0 ||
    step.outcome_matched === false
  );
}

/** The lines of a trace in order of time. */
export function arrange(story: Story, spans: Span[], notable: boolean): Line[] {
  const lines: Line[] = story.steps
    .filter((step) => !notable || isNotable(step) || step.decision_id === story.trace.suspect_decision_id)
    .map((step) => ({ id: step.decision_id, step, startUs: step.started_us, durationUs: step.duration_us }));
  const known = new Set(story.steps.map((step) => step.span_id));
  for (const span of spans) {
    if (!known.has(span.span_id) && (!notable || span.status === 'error')) {
      lines.push({ id: `span-${span.span_id}`, span, startUs: span.started_us, durationUs: span.duration_us });
    }
  }
  return spans.length > 0 ? lines.sort((one, two) => one.startUs - two.startUs) : lines;
}

/** One line: what it was, how full the window was, and when it ran. */
export function WaterfallLine(props: { line: Line; trace: Story['trace']; suspect: Step | undefined }) {
  const { line, trace } = props;
  const all = Math.max(1, trace.duration_us ?? 0, 1);
  const left = Math.max(0, Math.min(99.5, ((line.startUs - trace.started_us) / all) * 100));
  const width = Math.max(0.5, Math.min(100 - left, ((line.durationUs ?? all) / all) * 100));
  const step = line.step;
  if (!step) {
    return (
      <div class="line span">
        <span class="line-number" />
        <span class="line-name">
          <span class="kind">span</span> <Told>{line.span!.name}</Told>
        </span>
        <span class="line-marks" />
        <span class="track">
          <span class={`bar ${line.span!.status}`} style={{ left: `${left}%`, width: `${width}%` }} />
        </span>
        <span class="line-took">{duration(line.durationUs)}</span>
      </div>
    );
  }
  const share = step.context_tokens && step.context_limit ? step.context_tokens / step.context_limit : null;
  return (
    <div class={`line${step.decision_id === props.suspect?.decision_id ? ' is-suspect' : ''}`}>
      <span class="line-number">{step.step}</span>
      <span class="line-name">
        {step.decision_id === props.suspect?.decision_id && (
          <span class="arrow" title="Here it went off">
            ➜<span class="unseen">suspect</span>
          </span>
        )}{' '}
        <span class={`kind ${step.kind}`}>{words(step.kind)}</span> <Told>{step.name}</Told>
      </span>
      <span class="line-marks">
        {step.status === 'error' && <Mark kind="bad">error</Mark>}
        {step.evaluation_failed > 0 && <Mark kind="bad">check failed</Mark>}
        {step.feedback_count > 0 && <Mark kind="plain">★</Mark>}
        {step.context_truncated && <Mark kind="warn">cut</Mark>}
        {share !== null && <SmallGauge share={share} warn={step.context_truncated} />}
      </span>
      <span class="track">
        <span class={`bar ${step.status}`} style={{ left: `${left}%`, width: `${width}%` }} />
      </span>
      <span class="line-took">{duration(step.duration_us)}</span>
    </div>
  );
}
