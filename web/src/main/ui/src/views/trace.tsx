import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { type Evaluation, type Feedback, type Snapshot, type Span, type Step, type Story, get } from '../api';
import { compact, count, counted, dollars, duration, isolated, late, percent, score, time, words } from '../format';
import { useLoad } from '../load';
import { Facts, Failure, Mark, SmallGauge, StatusMark, Told } from '../parts/bits';
import { FeedbackForm } from '../parts/feedback-form';
import { StepCard } from '../parts/step-card';
import { VirtualList } from '../parts/virtual';
import { type Place, go, url, withQuery } from '../route';

const ROW = 34;

/** A line of the waterfall: a step, or a span that is none. */
interface Line {
  id: string;
  step?: Step;
  span?: Span;
  startUs: number;
  durationUs: number | null;
}

/** The story of one trace, from top to bottom. */
export function TraceView(props: { traceId: string; place: Place }) {
  const { place, traceId } = props;
  const story = useLoad(traceId, (signal) => get<Story>(`/traces/${traceId}`, undefined, signal));
  const withSpans = place.query.get('spans') === 'all';
  const spans = useLoad(withSpans ? traceId : null, (signal) =>
    get<{ spans: Span[] }>(`/traces/${traceId}/spans`, undefined, signal),
  );
  const [giving, setGiving] = useState(false);
  const [given, setGiven] = useState(0);
  useEffect(() => {
    // The trace's own row is amended beside that of the feedback, and may come a while later.
    const looks = given > 0 ? [1, 2, 4, 8, 16].map((seconds) => setTimeout(story.reload, seconds * 1_000)) : [];
    return () => looks.forEach(clearTimeout);
  }, [given]);
  const only = place.query.get('only') === 'notable';
  const lines = useMemo(
    () => (story.data ? arrange(story.data, spans.data?.spans ?? [], only) : []),
    [story.data, spans.data, only],
  );
  const wanted = place.query.get('step');
  const chosen = lines.findIndex((line) => line.id === wanted);
  const suspect = story.data ? suspectOf(story.data) : undefined;
  const choose = (id: string): void => go(withQuery(place, { step: id, only: null }), true);

  // With what is shown: a key that is pressed twice in a row goes two steps.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (/^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName) || event.ctrlKey || event.metaKey) {
        return;
      }
      if (event.key === 's' && suspect) {
        choose(suspect.decision_id);
      } else if (event.key === 'f') {
        event.preventDefault();
        setGiving(true);
      } else if (event.key === 'j' || event.key === 'k') {
        const next = lines[Math.max(0, Math.min(lines.length - 1, chosen + (event.key === 'j' ? 1 : -1)))];
        if (next) {
          go(withQuery(place, { step: next.id }), true);
        }
      }
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });

  if (!story.data) {
    return story.error ? (
      <Failure error={story.error} retry={story.reload} />
    ) : (
      <p class="empty" aria-busy="true">
        Reading the trace …
      </p>
    );
  }
  const { data } = story;
  const line = lines[chosen];
  return (
    <div class="trace">
      <TraceHeader story={data} suspect={suspect} onSuspect={() => suspect && choose(suspect.decision_id)} />
      <section class="waterfall" aria-labelledby="steps-title">
        <div class="row">
          <h2 id="steps-title">
            {withSpans && !spans.loading ? `${count(lines.length)} steps and spans` : counted(lines.length, 'step')}
          </h2>
          <span class="grow" />
          <label class="check">
            <input
              type="checkbox"
              checked={only}
              onChange={(event) => go(withQuery(place, { only: event.currentTarget.checked ? 'notable' : null }))}
            />
            notable only
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={withSpans}
              onChange={(event) => go(withQuery(place, { spans: event.currentTarget.checked ? 'all' : null }))}
            />
            other spans, too
          </label>
        </div>
        <Failure error={spans.error} />
        {data.steps.length === 0 && !withSpans && (
          <p class="empty">No decisions: none of its spans is one that the conventions name.</p>
        )}
        <VirtualList
          rows={lines}
          height={ROW}
          label="Steps of the trace in order"
          chosen={chosen}
          busy={withSpans && spans.loading}
          keyOf={(each) => each.id}
          onChoose={(index) => go(withQuery(place, { step: lines[index]!.id }), true)}
          render={(each) => <WaterfallLine line={each} trace={data.trace} suspect={suspect} />}
        />
      </section>
      <section class="details" aria-label="The chosen step" aria-live="polite">
        {line?.step ? (
          <StepCard
            key={line.id}
            story={data}
            step={line.step}
            suspect={suspect}
            onStep={choose}
            place={place}
          />
        ) : line?.span ? (
          <SpanCard span={line.span} traceStart={data.trace.started_us} />
        ) : (
          <ContextOverview story={data} onStep={choose} />
        )}
      </section>
      <section class="verdicts" aria-labelledby="whole-title">
        <div class="row">
          <h2 id="whole-title">On the whole trace</h2>
          <span class="grow" />
          {!giving && (
            <button type="button" onClick={() => setGiving(true)}>
              Leave feedback
            </button>
          )}
        </div>
        {giving && (
          <FeedbackForm
            traceId={traceId}
            steps={data.steps}
            chosen={line?.step}
            known={data.feedback}
            reload={story.reload}
            onDone={(arrived) => {
              setGiving(false);
              setGiven(arrived ? given + 1 : given);
            }}
          />
        )}
        <Verdicts
          evaluations={data.evaluations.filter((each) => !each.decision_id)}
          feedback={data.feedback.filter((each) => !each.decision_id)}
          none="No evaluator and nobody else has judged the trace as a whole yet."
        />
      </section>
    </div>
  );
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

function arrange(story: Story, spans: Span[], notable: boolean): Line[] {
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

/** The step that the trace points to, or else its first failed decision. */
function suspectOf(story: Story): Step | undefined {
  const named =
    story.trace.suspect_decision_id || story.steps.find((step) => step.suspect_decision_id)?.suspect_decision_id;
  return named ? story.steps.find((step) => step.decision_id === named) : undefined;
}

function TraceHeader(props: { story: Story; suspect: Step | undefined; onSuspect: () => void }) {
  const { trace } = props.story;
  const like = (name: string, value: string, shown?: string): ComponentChildren =>
    value && (
      <a href={url('/', { [name]: value })} title={`Traces with this ${words(name).toLowerCase()}`}>
        <Told>{shown ?? value}</Told>
      </a>
    );
  return (
    <header class="trace-header">
      <div class="row">
        <h1>
          <Told>{trace.root_name || 'Trace'}</Told>
        </h1>
        <StatusMark status={trace.status} phase={trace.phase} />
        {trace.error_type && <Told>{trace.error_type}</Told>}
        {trace.escalated && <Mark kind="warn">escalated</Mark>}
        {trace.rolled_back && <Mark kind="bad">rolled back</Mark>}
        {trace.flags.map((flag) => (
          <Mark key={flag} kind="plain">
            <Told>{flag}</Told>
          </Mark>
        ))}
      </div>
      {props.suspect && (
        <p class="suspect">
          <button type="button" class="link" onClick={props.onSuspect}>
            It went off in step {props.suspect.step}: {words(props.suspect.kind)} <Told>{props.suspect.name}</Told>
          </button>
        </p>
      )}
      <Facts
        facts={[
          ['Trace', <code key="id">{trace.trace_id}</code>],
          ['Started', `${time(trace.started_us)} UTC`],
          ['Took', duration(trace.duration_us)],
          ['State', `${trace.phase}, revision ${trace.revision}`],
          ['Agent', like('agent_name', trace.agent_name)],
          ['Agent version', like('agent_version', trace.agent_version)],
          ['Prompt', like('prompt_version', trace.prompt_version, [trace.prompt_name, trace.prompt_version].filter(Boolean).map(isolated).join(' '))],
          ['Model', like('model', trace.model)],
          ['Tools', like('tool_schema_version', trace.tool_schema_version)],
          ['Memory index', like('memory_index_version', trace.memory_index_version)],
          ['Framework', like('framework', trace.framework, `${trace.framework} ${trace.framework_version}`.trim())],
          ['Release', like('release', trace.release)],
          ['Service', like('service', trace.service)],
          ['Environment', like('environment', trace.environment)],
          ['Session', like('session_id', trace.session_id)],
          ['User', like('user_id', trace.user_id)],
          ['Spans', count(trace.span_count) + (trace.late_span_count ? `, ${count(trace.late_span_count)} late` : '')],
          ['Tokens', trace.total_tokens === null ? '' : `${compact(trace.input_tokens)} in, ${compact(trace.output_tokens)} out`],
          ['Cost', trace.cost_usd === null ? '' : dollars(trace.cost_usd)],
          ['Fullest window', trace.max_context_utilization === null ? '' : percent(trace.max_context_utilization)],
          ['Feedback', trace.feedback_score === null ? '' : score(trace.feedback_score)],
          ['Kept', trace.retained ? trace.retained_by && `by ${trace.retained_by}` : `no: rows only${trace.retained_by && `, by ${trace.retained_by}`}`],
        ]}
      />
    </header>
  );
}

function WaterfallLine(props: { line: Line; trace: Story['trace']; suspect: Step | undefined }) {
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

function SpanCard(props: { span: Span; traceStart: number }) {
  const { span } = props;
  return (
    <article class="card">
      <h2>
        Span <Told>{span.name}</Told>
      </h2>
      <Facts
        facts={[
          ['Span', <code key="id">{span.span_id}</code>],
          ['Parent', span.parent_span_id && <code key="parent">{span.parent_span_id}</code>],
          ['Kind', span.kind],
          ['Status', span.status],
          ['After', duration(span.started_us - props.traceStart)],
          ['Took', duration(span.duration_us)],
        ]}
      />
    </article>
  );
}

/** How full the window was from step to step: what there is to see before a step is chosen. */
function ContextOverview(props: { story: Story; onStep: (id: string) => void }) {
  const { snapshots, steps } = props.story;
  const known = snapshots.filter((snapshot) => snapshot.token_count !== null);
  if (known.length === 0) {
    return <p class="empty">Choose a step to see why it was taken.</p>;
  }
  const most = Math.max(...known.map((each) => Math.max(each.token_count ?? 0, each.token_limit ?? 0)), 1);
  const byDecision = new Map(steps.map((step) => [step.decision_id, step]));
  return (
    <article class="card">
      <h2>The context window from step to step</h2>
      <p class="faint">Choose a step to see why it was taken.</p>
      <ol class="windows">
        {known.slice(0, 200).map((snapshot) => (
          <li key={snapshot.snapshot_id}>
            <WindowBar snapshot={snapshot} most={most} step={byDecision.get(snapshot.decision_id)} onStep={props.onStep} />
          </li>
        ))}
      </ol>
      {known.length > 200 && <p class="faint">{count(known.length - 200)} more: choose a step.</p>}
    </article>
  );
}

function WindowBar(props: {
  snapshot: Snapshot;
  most: number;
  step: Step | undefined;
  onStep: (id: string) => void;
}) {
  const { most, snapshot, step } = props;
  const lost = snapshot.evicted_segments > 0 || snapshot.truncated || snapshot.compacted || snapshot.lost_instructions.length > 0;
  return (
    <div class="window-bar">
      {step ? (
        <button type="button" class="link" onClick={() => props.onStep(step.decision_id)}>
          {step.step} <Told>{step.name}</Told>
        </button>
      ) : (
        <span>{words(snapshot.boundary)}</span>
      )}
      <span class="tube" aria-hidden="true">
        <span
          class={lost ? 'crowded' : ''}
          style={{ width: `${((snapshot.token_count ?? 0) / most) * 100}%` }}
        />
        {snapshot.token_limit !== null && <span class="limit" style={{ left: `${(snapshot.token_limit / most) * 100}%` }} />}
      </span>
      <span class="number">
        {compact(snapshot.token_count)}
        {snapshot.token_limit !== null && ` of ${compact(snapshot.token_limit)}`}
        {lost && <span class="bad-text"> lost some</span>}
      </span>
    </div>
  );
}

/** What evaluators found and what people said, and when it came. */
export function Verdicts(props: { evaluations: Evaluation[]; feedback: Feedback[]; none?: string }) {
  // A verdict that came as feedback is a row of both.
  const said = props.feedback.filter((each) => each.kind !== 'EVALUATION');
  if (props.evaluations.length === 0 && said.length === 0) {
    return props.none ? <p class="faint">{props.none}</p> : null;
  }
  return (
    <ul class="verdict-list">
      {props.evaluations.map((each) => (
        <li key={each.evaluation_id}>
          <Mark kind={each.passed === null ? 'plain' : each.passed ? 'good' : 'bad'}>
            {each.passed === null ? 'verdict' : each.passed ? 'passed' : 'failed'}
          </Mark>{' '}
          <a href={url('/', { evaluator: each.name })}>
            <Told>{each.name}</Told>
          </a>
          {each.score !== null && ` ${score(each.score)}`} {each.label && <Told>{`(${each.label})`}</Told>}
          <span class="faint">
            {' '}
            by <Told>{each.evaluator || 'an evaluator'}</Told>, {time(each.evaluated_us)}
          </span>
          {each.explanation && (
            <p>
              <Told>{each.explanation}</Told>
            </p>
          )}
        </li>
      ))}
      {said.map((each) => (
        <li key={each.feedback_id} data-feedback={each.feedback_id}>
          <Mark kind={feedbackKind(each)}>{words(each.kind)}</Mark> <Told>{each.name}</Told>
          {each.score !== null && ` ${score(each.score)}`} {each.label && <Told>{`(${each.label})`}</Told>}
          <span class="faint">
            {' '}
            from <Told>{each.source || 'somebody'}</Told>, {time(each.occurred_us)}
            {each.lag_ms !== null && `, ${late(each.lag_ms)}`}
          </span>
          {each.comment && (
            <p>
              <Told>{each.comment}</Told>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function feedbackKind(feedback: Feedback): 'good' | 'bad' | 'warn' | 'plain' {
  if (feedback.kind === 'ESCALATION') {
    return 'warn';
  }
  if (feedback.kind === 'ROLLBACK' || feedback.kind === 'CORRECTION') {
    return 'bad';
  }
  if (feedback.passed !== null) {
    return feedback.passed ? 'good' : 'bad';
  }
  return feedback.score === null ? 'plain' : feedback.score < 0.5 ? 'bad' : 'good';
}
