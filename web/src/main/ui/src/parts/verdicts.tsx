import type { ComponentChildren } from 'preact';
import type { Evaluation, Feedback, Story } from '../api';
import { late, score, time, words } from '../format';
import { url } from '../route';
import { Mark, Told } from './bits';

/** What evaluators found and what people said, and when it came. */
export function Verdicts(props: {
  story: Story;
  evaluations: Evaluation[];
  feedback: Feedback[];
  onStep: (id: string) => void;
  none?: string;
}) {
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
              <Explanation text={each.explanation} story={props.story} onStep={props.onStep} />
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

/** An explanation ends with the IDs of what it rests on, which nobody knows by heart: they lead there by number. */
function Explanation(props: { text: string; story: Story; onStep: (id: string) => void }) {
  const found = /^(.*?)\s*\[([^[\]]+)\]$/s.exec(props.text);
  const ids = found?.[2]!.split(', ') ?? [];
  const places = ids.map((id) => placeOf(id, props.story));
  if (!found || !places.some(Boolean)) {
    return <Told>{props.text}</Told>;
  }
  return (
    <>
      <Told>{found[1]}</Told> <span class="faint">See</span>{' '}
      {ids.map((id, index): ComponentChildren => {
        const place = places[index];
        return (
          <span key={id}>
            {index > 0 && ', '}
            {place ? (
              <button type="button" class="link" onClick={() => props.onStep(place.decisionId)}>
                {place.name}
              </button>
            ) : (
              <Told>{id}</Told>
            )}
          </span>
        );
      })}
    </>
  );
}

/** The step that an ID is of: a decision, or a window that a decision was made in. */
function placeOf(id: string, story: Story): { name: string; decisionId: string } | undefined {
  const step = story.steps.find((each) => each.decision_id === id);
  if (step) {
    return { name: `step ${step.step}`, decisionId: id };
  }
  const window = story.snapshots.findIndex((each) => each.snapshot_id === id);
  const decisionId = story.snapshots[window]?.decision_id;
  return decisionId ? { name: `window ${window + 1}`, decisionId } : undefined;
}
