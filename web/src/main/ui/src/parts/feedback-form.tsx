import { useEffect, useState } from 'preact/hooks';
import { type Feedback, type Step, sendFeedback } from '../api';
import { useEvery } from '../load';
import { Told } from './bits';

const RATINGS = [
  { label: 'Good', value: 1, name: 'thumbs_up' },
  { label: 'Mixed', value: 0.5, name: 'mixed' },
  { label: 'Bad', value: 0, name: 'thumbs_down' },
] as const;

/** Feedback on a trace or one of its steps, by the door that everyone uses; waits until it shows up. */
export function FeedbackForm(props: {
  traceId: string;
  steps: Step[];
  chosen: Step | undefined;
  known: Feedback[];
  reload: () => void;
  onDone: (arrived: boolean) => void;
}) {
  const [rating, setRating] = useState<number | null>(null);
  const [comment, setComment] = useState('');
  const [escalate, setEscalate] = useState(false);
  const [onStep, setOnStep] = useState(false);
  const [sending, setSending] = useState(false);
  const [failed, setFailed] = useState('');
  const [waiting, setWaiting] = useState<string[] | null>(null);
  const arrived = waiting !== null && waiting.every((id) => props.known.some((each) => each.feedback_id === id));
  useEvery(700, () => {
    if (waiting && !arrived) {
      props.reload();
    }
  });
  useEffect(() => {
    if (arrived) {
      props.onDone(true);
    }
  }, [arrived]);

  const send = async (): Promise<void> => {
    setSending(true);
    setFailed('');
    const about = {
      trace_id: props.traceId,
      source: 'recount page',
      ...(onStep && props.chosen ? { span_id: props.chosen.span_id, decision_id: props.chosen.decision_id } : {}),
      ...(comment ? { comment } : {}),
    };
    try {
      const ids: string[] = [];
      if (rating !== null || !escalate) {
        const given = RATINGS.find((each) => each.value === rating);
        ids.push(
          await sendFeedback({ ...about, kind: 'RATING', ...(given ? { score: given.value, label: given.name } : {}) }),
        );
      }
      if (escalate) {
        ids.push(await sendFeedback({ ...about, kind: 'ESCALATION' }));
      }
      setWaiting(ids);
    } catch (error) {
      setFailed((error as Error).message);
    } finally {
      setSending(false);
    }
  };

  if (waiting && !arrived) {
    return (
      <p role="status" class="waiting">
        Taken. It shows up here as soon as it has been joined to the trace.{' '}
        <button type="button" class="link" onClick={() => props.onDone(false)}>
          Do not wait
        </button>
      </p>
    );
  }
  return (
    <form
      class="feedback-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <fieldset>
        <legend>How was it?</legend>
        {RATINGS.map((each) => (
          <label key={each.name} class="check">
            <input
              type="radio"
              name="rating"
              checked={rating === each.value}
              onChange={() => setRating(each.value)}
            />
            {each.label}
          </label>
        ))}
      </fieldset>
      {props.chosen && (
        <label class="check">
          <input type="checkbox" checked={onStep} onChange={(event) => setOnStep(event.currentTarget.checked)} />
          on step {props.chosen.step}, <Told>{props.chosen.name}</Told>, alone
        </label>
      )}
      <label>
        Comment
        <textarea rows={3} maxLength={20_000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
      </label>
      <label class="check">
        <input type="checkbox" checked={escalate} onChange={(event) => setEscalate(event.currentTarget.checked)} />
        Pass it on to a person (escalation)
      </label>
      {failed && (
        <p class="failure" role="alert">
          {failed}
        </p>
      )}
      <div class="row">
        <button type="submit" disabled={sending || (rating === null && !comment && !escalate)}>
          {sending ? 'Sending …' : 'Send'}
        </button>
        <button type="button" class="quiet" onClick={() => props.onDone(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
