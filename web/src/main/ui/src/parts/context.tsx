import type { Segment, Snapshot, Step, Story } from '../api';
import { compact, count, counted, percent, score, words } from '../format';
import { type Place, go, withQuery } from '../route';
import { CopyButton, Told } from './bits';
import { LostInstructions, SeenWindow, WindowDifference } from './window';

const KINDS = ['SYSTEM', 'USER', 'ASSISTANT', 'TOOL_RESULT', 'MEMORY', 'SUMMARY', 'OTHER'];

/** The gauge: tokens by kind against the limit, what was lost, what was retrieved; and what the model saw. */
export function ContextPart(props: {
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
      {snapshot.lost_instructions.length > 0 && <LostInstructions traceId={traceId} snapshot={snapshot} />}
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
    <p class={facts.length > 0 ? 'lost' : 'faint'}>
      {facts.length > 0 ? `Lost: ${facts.join('; ')}.` : 'Nothing was lost since the window before.'}{' '}
      {snapshot.new_segments > 0 && `${count(snapshot.new_segments)} of ${count(snapshot.segment_count)} segments are new.`}
    </p>
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
      <p>The same messages and tools to the same model once more, with the provider of your choice:</p>
      <pre tabIndex={0}>{command}</pre>
      <CopyButton text={command} what="the command" />
    </div>
  );
}
