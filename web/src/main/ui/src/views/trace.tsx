import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { type Snapshot, type Span, type Step, type Story, get } from '../api';
import { compact, count, counted, dollars, duration, isolated, percent, score, time, words } from '../format';
import { useLoad } from '../load';
import { useNarrow } from '../narrow';
import { Facts, Failure, Mark, StatusMark, Told } from '../parts/bits';
import { FeedbackForm } from '../parts/feedback-form';
import { StepCard } from '../parts/step-card';
import { Verdicts } from '../parts/verdicts';
import { VirtualList } from '../parts/virtual';
import { WaterfallLine, arrange } from '../parts/waterfall';
import { type Place, go, url, withQuery } from '../route';

/** Height of a step in pixels: one line of the waterfall, or two where the window is narrow. */
const ROW = 34;
const NARROW_ROW = 56;

/** The story of one trace, from top to bottom. */
export function TraceView(props: { traceId: string; place: Place }) {
  const { place, traceId } = props;
  const story = useLoad(traceId, (signal) => get<Story>(`/traces/${traceId}`, undefined, signal));
  const withSpans = place.query.get('spans') === 'all';
  const spans = useLoad(withSpans ? traceId : null, (signal) =>
    get<{ spans: Span[] }>(`/traces/${traceId}/spans`, undefined, signal),
  );
  const narrow = useNarrow();
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
          height={narrow ? NARROW_ROW : ROW}
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
          story={data}
          onStep={choose}
          none="No evaluator and nobody else has judged the trace as a whole yet."
        />
      </section>
    </div>
  );
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
