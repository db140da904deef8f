import { useState } from 'preact/hooks';
import { type Difference, type ModelWindow, type Snapshot, type Story, type WindowSegment, get, save } from '../api';
import { compact, count, counted, words } from '../format';
import { useLoad } from '../load';
import { type Place, go, withQuery } from '../route';
import { Failure, GLANCE, Mark, Told } from './bits';

/** What the model saw, segment by segment. */
export function SeenWindow(props: { traceId: string; snapshotId: string }) {
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
        {segment.truncated && <Mark kind="warn">{cut(segment)}</Mark>}
      </p>
      {segment.missing ? (
        <p class="faint">{segment.missing}</p>
      ) : (
        segment.messages?.map((message, index) => <Message key={index} message={message} />)
      )}
    </div>
  );
}

function cut(segment: WindowSegment): string {
  const { original_token_count: whole, token_count: left } = segment;
  return whole !== null && left !== null && whole > left ? `cut short from ${count(whole)}` : 'cut short';
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

/** What one window holds and another does not. */
export function WindowDifference(props: { story: Story; from: string; to: string; place: Place }) {
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

/** The instructions that are gone, in their own words: those of the window that still held them. */
export function LostInstructions(props: { traceId: string; snapshot: Snapshot }) {
  const { snapshot, traceId } = props;
  const query = new URLSearchParams({ before: snapshot.base_snapshot_id, after: snapshot.snapshot_id });
  const diff = useLoad(snapshot.base_snapshot_id ? query.toString() : null, (signal) =>
    get<Difference>(`/traces/${traceId}/difference`, query, signal),
  );
  const texts = new Map(diff.data?.removed.map((segment) => [segment.content_sha256, segment]));
  return (
    <div class="bad-block">
      <h4>Instructions that are gone</h4>
      {diff.loading && !diff.data && <p class="faint">Reading them …</p>}
      {diff.error && <p class="faint">{diff.error.message}</p>}
      <ul class="segments">
        {snapshot.lost_instructions.map((hash, index) => {
          const segment = texts.get(hash);
          return (
            <li key={index}>
              {segment ? (
                <SegmentText segment={segment} />
              ) : (
                <span class="faint">
                  The one with SHA-256 <code title={hash}>{hash.slice(0, 12)}</code>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
