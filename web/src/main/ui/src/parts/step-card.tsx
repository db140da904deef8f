import { useState } from 'preact/hooks';
import { type LongText, type Step, type StepAnswer, type StepDetail, type Story, get, save } from '../api';
import { count, dollars, duration, percent, score, time, words } from '../format';
import { useLoad } from '../load';
import type { Place } from '../route';
import { Facts, Failure, GLANCE, Mark, StatusMark, Told } from './bits';
import { ContextPart } from './context';
import { Verdicts } from './verdicts';

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
          <Verdicts story={story} evaluations={evaluations} feedback={feedback} onStep={props.onStep} />
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
