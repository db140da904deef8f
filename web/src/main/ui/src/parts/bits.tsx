import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { percent } from '../format';

/** How much of a long text is there before somebody asks for more, in characters. */
export const GLANCE = 1_500;

/** Text of telemetry: in its own direction, whatever it is, so that it cannot turn what stands around it. */
export function Told(props: { children: string | null | undefined; title?: boolean }) {
  return (
    <bdi class="told" title={props.title && props.children ? props.children : undefined}>
      {props.children}
    </bdi>
  );
}

/** A status, an outcome or a flag. */
export function Mark(props: { kind: 'good' | 'bad' | 'warn' | 'plain'; children: ComponentChildren }) {
  return <span class={`mark ${props.kind}`}>{props.children}</span>;
}

export function StatusMark(props: { status: string; phase?: string }) {
  if (props.phase === 'provisional') {
    return <Mark kind="plain">open</Mark>;
  }
  return <Mark kind={props.status === 'ok' ? 'good' : props.status === 'error' ? 'bad' : 'plain'}>{props.status}</Mark>;
}

/** What went wrong, in the words of the server. */
export function Failure(props: { error: Error | undefined; retry?: () => void }) {
  return props.error ? (
    <p class="failure" role="alert">
      {props.error.message}{' '}
      {props.retry && (
        <button type="button" onClick={props.retry}>
          Try again
        </button>
      )}
    </p>
  ) : null;
}

/** How full something is, in a small bar with the share beside it. */
export function SmallGauge(props: { share: number; warn?: boolean }) {
  const crowded = props.share >= 0.8 || props.warn;
  return (
    <span class={`small-gauge${crowded ? ' crowded' : ''}`}>
      <span class="tube" aria-hidden="true">
        <span style={{ width: `${Math.min(100, props.share * 100)}%` }} />
      </span>
      {percent(props.share)}
    </span>
  );
}

export function CopyButton(props: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => {
        void navigator.clipboard.writeText(props.text).then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), 1500);
        });
      }}
    >
      {copied ? 'Copied' : `Copy ${props.what}`}
    </button>
  );
}

/** Names and values; those without a value are left out. */
export function Facts(props: { facts: [string, ComponentChildren][] }) {
  const known = props.facts.filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
