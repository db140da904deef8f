import { useState } from 'preact/hooks';
import {
  type Difference,
  type LongText,
  type ModelWindow,
  type Segment,
  type Snapshot,
  type Step,
  type StepAnswer,
  type StepDetail,
  type Story,
  type WindowSegment,
  get,
  save,
} from '../api';
import { compact, count, counted, dollars, duration, percent, score, time, words } from '../format';
import { useLoad } from '../load';
import { type Place, go, withQuery } from '../route';
import { Verdicts } from '../views/trace';
import { CopyButton, Facts, Failure, Mark, StatusMark, Told } from './bits';

/** A decision: what was chosen over what, why, in which context, and what came of it. */
export function StepCard(props: {
  story: Story;
  step: Step;
  suspect: Step | undefined;
  onStep: (id: string) => void;
  place: Place;
}) {
  const { step, story } = props;
  const traceId = story.trace.trace_id;
  const query = new URLSearchParams({ decision_id: step.decision_id });
  const detail = useLoad(step.decision_id, (signal) => get<StepAnswer>(`/traces/${traceId}/step`, query, signal));
  const told = detail.data?.step;
  const pointsTo = story.steps.find((each) => each.decision_id === step.suspect_decision_id);
  const parent = story.steps.find((each) => each.decision_id === step.parent_id);
  const evaluations = story.evaluations.filter((each) => each.decision_id === step.decision_id);
  const feedback = story.feedback.filter((each) => each.decision_id === step.decision_id);
  return (
    <article class="card step-card">
      <header class="row">
        <h2>
          {step.step}. {words(step.kind)} <Told>{step.name}</Told>
        </h2>
        <StatusMark status={step.status} />
        {step.flags.map((flag) => (
          <Mark key={flag} kind="warn">
            <Told>{flag}</Told>
          </Mark>
        ))}
      </header>
      {step.decision_id === props.suspect?.decision_id && <p class="suspect">Here it went off.</p>}
      {pointsTo && pointsTo.decision_id !== step.decision_id && (
        <p class="suspect">
          The suspect is{' '}
          <button type="button" class="link" onClick={() => props.onStep(pointsTo.decision_id)}>
            step {pointsTo.step}, {words(pointsTo.kind)} <Told>{pointsTo.name}</Told>
          </button>
        </p>
      )}
      <Failure error={detail.error} retry={detail.reload} />
      {told && (
        <>
          <LongTextBlock detail={told} field="error_message" title="Error" bad />
          <Choice detail={told} />
          <LongTextBlock detail={told} field="rationale" title="Because" prose />
          {told.constraints.length > 0 && (
            <section>
              <h3>Constraints</h3>
              <ul>
                {told.constraints.map((constraint) => (
                  <li key={constraint}>
                    <Told>{constraint}</Told>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <Outcome detail={told} />
          <LongTextBlock detail={told} field="tool_arguments" title="Arguments" />
          <LongTextBlock detail={told} field="tool_result" title="Result" />
        </>
      )}
      {(evaluations.length > 0 || feedback.length > 0) && (
        <section>
          <h3>Judged</h3>
          <Verdicts evaluations={evaluations} feedback={feedback} />
        </section>
      )}
      <ContextPart
        story={story}
        step={step}
        snapshot={detail.data?.snapshot ?? story.snapshots.find((each) => each.snapshot_id === step.snapshot_id)}
        segments={detail.data?.snapshot?.segments ?? []}
        place={props.place}
      />
      {told && (
        <Facts
          facts={[
            ['Decision', <code key="id">{told.decision_id}</code>],
            [
              'Part of',
              parent && (
                <button key="parent" type="button" class="link" onClick={() => props.onStep(parent.decision_id)}>
                  step {parent.step}
                </button>
              ),
            ],
            ['Span', told.span_id && <code key="span">{told.span_id}</code>],
            ['Tool call', told.tool_call_id && <code key="call">{told.tool_call_id}</code>],
            ['Started', `${time(told.started_us)} UTC`],
            ['Took', duration(told.duration_us)],
            ['State', `${told.phase}, revision ${told.revision}`],
            ['Agent', `${told.agent_name} ${told.agent_version}`.trim() && <Told>{`${told.agent_name} ${told.agent_version}`}</Told>],
            ['Model', told.model && <Told>{told.model}</Told>],
            ['Answered by', told.response_model && told.response_model !== told.model && <Told>{told.response_model}</Told>],
            ['Prompt', told.prompt_version && <Told>{`${told.prompt_name} ${told.prompt_version}`.trim()}</Told>],
            ['Tools', told.tool_schema_version && <Told>{told.tool_schema_version}</Told>],
            ['Memory index', told.memory_index_version && <Told>{told.memory_index_version}</Told>],
            ['Framework', told.framework && <Told>{`${told.framework} ${told.framework_version}`.trim()}</Told>],
            ['Release', told.release && <Told>{told.release}</Told>],
            ['Tokens in', told.input_tokens === null ? '' : count(told.input_tokens)],
            ['From cache', told.cache_read_tokens === null ? '' : count(told.cache_read_tokens)],
            ['Tokens out', told.output_tokens === null ? '' : count(told.output_tokens)],
            ['Reasoning', told.reasoning_tokens === null ? '' : count(told.reasoning_tokens)],
            ['Cost', told.cost_usd === null ? '' : dollars(told.cost_usd)],
          ]}
        />
      )}
    </article>
  );
}

/** What was considered, what of it was chosen, and how sure it was. */
function Choice(props: { detail: StepDetail }) {
  const { detail } = props;
  const chosen = detail.chosen;
  const options = detail.considered;
  if (options.length === 0 && !chosen && detail.confidence === null) {
    return null;
  }
  const most = Math.max(1, ...options.map((option) => option.score ?? 0));
  return (
    <section>
      <h3>
        Chose <Told>{chosen || '–'}</Told>
        {detail.confidence !== null && <span class="sure">sure {percent(detail.confidence)}</span>}
      </h3>
      {options.length > 0 && (
        <table class="options">
          <thead>
            <tr>
              <th scope="col">Considered</th>
              <th scope="col">Score</th>
              <th scope="col">Rejected because</th>
            </tr>
          </thead>
          <tbody>
            {options.map((option, index) => (
              <tr key={index} class={option.name === chosen ? 'is-chosen' : ''}>
                <td>
                  {option.name === chosen && <Mark kind="good">chosen</Mark>} <Told>{option.name}</Told>
                </td>
                <td class="number">
                  {option.score !== null && (
                    <span class="small-gauge">
                      <span class="tube" aria-hidden="true">
                        <span style={{ width: `${Math.max(0, (option.score / most) * 100)}%` }} />
                      </span>
                      {score(option.score)}
                    </span>
                  )}
                </td>
                <td>
                  <Told>{option.rejected_because}</Told>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Outcome(props: { detail: StepDetail }) {
  const { detail } = props;
  if (!detail.expected_outcome && !detail.actual_outcome) {
    return null;
  }
  return (
    <section>
      <h3>
        Expected and actual{' '}
        {detail.outcome_matched !== null && (
          <Mark kind={detail.outcome_matched ? 'good' : 'bad'}>{detail.outcome_matched ? 'matched' : 'not as expected'}</Mark>
        )}
      </h3>
      <div class="pair">
        <LongTextBlock detail={detail} field="expected_outcome" title="Expected" prose small />
        <LongTextBlock detail={detail} field="actual_outcome" title="Actual" prose small />
      </div>
    </section>
  );
}

/** How much of a long text is there before somebody asks for more. */
const GLANCE = 1_500;

/** A text of any length: its beginning, more of it when asked for, and all of it as a file. */
function LongTextBlock(props: {
  detail: StepDetail;
  field: LongText;
  title: string;
  prose?: boolean;
  bad?: boolean;
  small?: boolean;
}) {
  const { detail, field } = props;
  const [open, setOpen] = useState(false);
  const text = detail[field];
  const length = detail[`${field}_length`];
  if (!text) {
    return null;
  }
  const shown = open ? text : text.slice(0, GLANCE);
  const Title = props.small ? 'h4' : 'h3';
  return (
    <section class={props.bad ? 'bad-block' : ''}>
      <Title>{props.title}</Title>
      <pre class={props.prose ? 'prose' : ''} dir="auto" tabIndex={0} aria-label={props.title}>
        {props.prose || length > text.length ? shown : open || text.length <= GLANCE ? pretty(text) : shown}
        {shown.length < length && ' …'}
      </pre>
      {!open && text.length > GLANCE && (
        <button type="button" class="link" onClick={() => setOpen(true)}>
          Show more ({count(Math.min(text.length, length))} of {count(length)} characters)
        </button>
      )}
      {length > text.length && (
        <button
          type="button"
          class="link"
          onClick={() =>
            void save(
              `/traces/${detail.trace_id}/step/text`,
              new URLSearchParams({ decision_id: detail.decision_id, field }),
              `${field}.txt`,
            )
          }
        >
          Save all {count(length)} characters
        </button>
      )}
    </section>
  );
}

/** JSON set out in lines, anything else as it is. */
function pretty(text: string): string {
  if (!/^\s*[[{]/.test(text)) {
    return text;
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const KINDS = ['SYSTEM', 'USER', 'ASSISTANT', 'TOOL_RESULT', 'MEMORY', 'SUMMARY', 'OTHER'];

/** The gauge: tokens by kind against the limit, what was lost, what was retrieved; and what the model saw. */
function ContextPart(props: {
  story: Story;
  step: Step;
  snapshot: (Snapshot & { segments?: Segment[] }) | undefined;
  segments: Segment[];
  place: Place;
}) {
  const { snapshot, story, step } = props;
  const shown = props.place.query.get('see');
  if (!snapshot) {
    return step.context_tokens === null ? null : (
      <section>
        <h3>Context</h3>
        <p>
          {count(step.context_tokens)} tokens{step.context_limit !== null && ` of ${count(step.context_limit)}`}. Nobody
          sent what was in it.
        </p>
      </section>
    );
  }
  const traceId = story.trace.trace_id;
  const at = story.snapshots.findIndex((each) => each.snapshot_id === snapshot.snapshot_id);
  const before =
    story.snapshots.find((each) => each.snapshot_id === snapshot.base_snapshot_id) ?? story.snapshots[at - 1];
  const see = (what: string | null): void => go(withQuery(props.place, { see: what }), true);
  return (
    <section class="context">
      <h3>
        Context window {at + 1} of {story.snapshots.length}
        {snapshot.tokens_estimated && <span class="faint"> (tokens estimated)</span>}
      </h3>
      <ContextGauge snapshot={snapshot} />
      <Lost snapshot={snapshot} />
      {snapshot.memory_chunks.length > 0 && (
        <>
          <h4>Retrieved</h4>
          <ul class="chunks">
            {snapshot.memory_chunks.map((chunk) => (
              <li key={chunk.id}>
                <Told>{chunk.id}</Told> {chunk.score !== null && <span class="faint">{score(chunk.score)}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="row">
        <button type="button" aria-expanded={shown === 'window'} onClick={() => see(shown === 'window' ? null : 'window')}>
          What the model saw
        </button>
        {before && (
          <button type="button" aria-expanded={shown === 'diff'} onClick={() => see(shown === 'diff' ? null : 'diff')}>
            What changed
          </button>
        )}
        <button type="button" aria-expanded={shown === 'rerun'} onClick={() => see(shown === 'rerun' ? null : 'rerun')}>
          Run it again
        </button>
      </div>
      {shown === 'window' && <SeenWindow traceId={traceId} snapshotId={snapshot.snapshot_id} />}
      {shown === 'diff' && before && (
        <WindowDifference story={story} from={before.snapshot_id} to={snapshot.snapshot_id} place={props.place} />
      )}
      {shown === 'rerun' && <RunAgain traceId={traceId} snapshot={snapshot} />}
    </section>
  );
}

function ContextGauge(props: { snapshot: Snapshot }) {
  const { snapshot } = props;
  const parts = Object.entries(snapshot.tokens_by_kind)
    .filter(([, tokens]) => tokens > 0)
    .sort(([one], [two]) => KINDS.indexOf(one) - KINDS.indexOf(two));
  const used = snapshot.token_count ?? parts.reduce((sum, [, tokens]) => sum + tokens, 0);
  const most = Math.max(used, snapshot.token_limit ?? 0, 1);
  return (
    <figure class="gauge">
      <div class="gauge-bar" aria-hidden="true">
        {parts.map(([kind, tokens]) => (
          <span key={kind} class={`segment ${kind}`} style={{ width: `${(tokens / most) * 100}%` }} />
        ))}
        {snapshot.token_limit !== null && <span class="limit" style={{ left: `${(snapshot.token_limit / most) * 100}%` }} />}
      </div>
      <figcaption>
        <strong>
          {count(used)} tokens
          {snapshot.token_limit !== null &&
            ` of ${count(snapshot.token_limit)} (${percent(used / Math.max(1, snapshot.token_limit))})`}
        </strong>
        <ul class="legend">
          {parts.map(([kind, tokens]) => (
            <li key={kind}>
              <span class={`swatch segment ${kind}`} aria-hidden="true" /> {words(kind)} {compact(tokens)}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

/** What became of the window since the one before it. */
function Lost(props: { snapshot: Snapshot }) {
  const { snapshot } = props;
  const facts: string[] = [];
  if (snapshot.evicted_segments > 0) {
    facts.push(
      `${counted(snapshot.evicted_segments, 'segment')} gone since the window before` +
        (snapshot.evicted_tokens === null ? '' : `, ${count(snapshot.evicted_tokens)} tokens`),
    );
  }
  if (snapshot.truncated_segments > 0) {
    facts.push(`${counted(snapshot.truncated_segments, 'new segment')} cut short`);
  } else if (snapshot.truncated) {
    facts.push('cut short');
  }
  if (snapshot.compacted) {
    facts.push('compacted');
  }
  if (snapshot.new_summaries > 0) {
    facts.push('summaries in the place of what was there');
  }
  return (
    <>
      <p class={facts.length > 0 ? 'lost' : 'faint'}>
        {facts.length > 0 ? `Lost: ${facts.join('; ')}.` : 'Nothing was lost since the window before.'}{' '}
        {snapshot.new_segments > 0 && `${count(snapshot.new_segments)} of ${count(snapshot.segment_count)} segments are new.`}
      </p>
      {snapshot.lost_instructions.length > 0 && (
        <div class="bad-block">
          <h4>Instructions that are gone</h4>
          <ul>
            {snapshot.lost_instructions.map((lost) => (
              <li key={lost}>
                <Told>{lost}</Told>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function SeenWindow(props: { traceId: string; snapshotId: string }) {
  const query = new URLSearchParams({ snapshot_id: props.snapshotId });
  const seen = useLoad(props.snapshotId, (signal) => get<ModelWindow>(`/traces/${props.traceId}/window`, query, signal));
  return (
    <div class="seen">
      <Failure error={seen.error} retry={seen.reload} />
      {seen.data && (
        <>
          <ol class="segments">
            {seen.data.segments.map((segment) => (
              <li key={segment.position}>
                <SegmentText segment={segment} />
              </li>
            ))}
          </ol>
          <button
            type="button"
            class="link"
            onClick={() => void save(`/traces/${props.traceId}/request`, query, 'request.json')}
          >
            Save it as a request
          </button>
        </>
      )}
    </div>
  );
}

function SegmentText(props: { segment: WindowSegment; sign?: string }) {
  const { segment } = props;
  return (
    <div class={`seen-segment${props.sign === '+' ? ' added' : props.sign === '−' ? ' removed' : ''}`}>
      <p class="faint">
        {props.sign && <strong>{props.sign === '+' ? '+ new ' : '− gone '}</strong>}
        <span class={`swatch segment ${segment.kind}`} aria-hidden="true" /> {segment.position + 1} {words(segment.kind)}{' '}
        <Told>{segment.source}</Told>
        {segment.token_count !== null && ` ${count(segment.token_count)} tokens`}
        {segment.truncated && ' cut short'}
      </p>
      {segment.missing ? (
        <p class="faint">{segment.missing}</p>
      ) : (
        segment.messages?.map((message, index) => <Message key={index} message={message} />)
      )}
    </div>
  );
}

/** A message as people read it; what it has beside its text is shown as JSON. */
function Message(props: { message: unknown }) {
  const [all, setAll] = useState(false);
  const { role, content, ...rest } = (
    typeof props.message === 'object' && props.message !== null ? props.message : { content: props.message }
  ) as { role?: unknown; content?: unknown };
  const text = typeof content === 'string' ? content : content === undefined || content === null ? '' : JSON.stringify(content, null, 2);
  const others = Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : '';
  const whole = [text, others].filter(Boolean).join('\n');
  return (
    <div class="message">
      {typeof role === 'string' && <span class="role">{role}</span>}
      <pre class="prose" dir="auto">
        {all ? whole : whole.slice(0, GLANCE)}
      </pre>
      {!all && whole.length > GLANCE && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          Show all {count(whole.length)} characters
        </button>
      )}
    </div>
  );
}

function WindowDifference(props: { story: Story; from: string; to: string; place: Place }) {
  const { snapshots, trace } = props.story;
  const from = props.place.query.get('from_window') ?? props.from;
  const to = props.place.query.get('to_window') ?? props.to;
  const query = new URLSearchParams({ before: from, after: to });
  const diff = useLoad(query.toString(), (signal) =>
    get<Difference>(`/traces/${trace.trace_id}/difference`, query, signal),
  );
  const choice = (name: string, label: string, value: string): preact.JSX.Element => (
    <label>
      {label}{' '}
      <select
        value={value}
        onChange={(event) => go(withQuery(props.place, { [name]: event.currentTarget.value }), true)}
      >
        {snapshots.slice(0, 1_000).map((each, index) => (
          <option key={each.snapshot_id} value={each.snapshot_id}>
            {index + 1}, {words(each.boundary)}, {compact(each.token_count)} tokens
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div class="seen">
      <div class="row">
        {choice('from_window', 'From window', from)}
        {choice('to_window', 'to', to)}
      </div>
      <Failure error={diff.error} retry={diff.reload} />
      {diff.data && (
        <>
          <p class="faint">
            {counted(diff.data.kept, 'segment')} the same, {count(diff.data.removed.length)} gone,{' '}
            {count(diff.data.added.length)} new
          </p>
          <ol class="segments">
            {diff.data.removed.map((segment) => (
              <li key={`-${segment.position}`}>
                <SegmentText segment={segment} sign="−" />
              </li>
            ))}
            {diff.data.added.map((segment) => (
              <li key={`+${segment.position}`}>
                <SegmentText segment={segment} sign="+" />
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

/** For a shell: whatever an ID holds, it stays one argument. */
function quoted(argument: string): string {
  return /^[\w.:/@-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

function RunAgain(props: { traceId: string; snapshot: Snapshot }) {
  const command =
    `recount context ${props.traceId} --snapshot ${quoted(props.snapshot.snapshot_id)} --format json > request.json\n` +
    'curl https://api.openai.com/v1/chat/completions -H "Authorization: Bearer $OPENAI_API_KEY" \\\n' +
    '  -H "Content-Type: application/json" --data @request.json';
  return (
    <div class="seen">
      <p>The same messages and tools to the same model once more, with the seller of your choice:</p>
      <pre tabIndex={0}>{command}</pre>
      <CopyButton text={command} what="the command" />
    </div>
  );
}
