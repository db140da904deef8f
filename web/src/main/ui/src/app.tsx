import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { onTokenAsked, setToken } from './api';
import { UnknownParameters } from './parts/unknown';
import { go, usePlace } from './route';
import { Compare } from './views/compare';
import { NowView } from './views/now';
import { TraceView } from './views/trace';
import { Traces } from './views/traces';

const VIEWS = [
  { path: '/', name: 'Traces' },
  { path: '/compare', name: 'Compare' },
  { path: '/now', name: 'Now' },
] as const;

const THEMES = ['auto', 'light', 'dark'] as const;

/** Everything around a view. */
export function App() {
  const place = usePlace();
  const [asked, setAsked] = useState(false);
  const [help, setHelp] = useState(false);
  useLayoutEffect(() => onTokenAsked(() => setAsked(true)), []);
  // Before the page is painted: whoever sees it may press a key at once.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
        return;
      }
      if (event.key === '?') {
        setHelp(true);
      } else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('input[type=search]');
        if (search) {
          event.preventDefault();
          search.focus();
        }
      } else if (event.key >= '1' && event.key <= String(VIEWS.length)) {
        go(VIEWS[Number(event.key) - 1]!.path);
      }
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  const traceId = /^\/trace\/([^/]+)$/.exec(place.path)?.[1];
  const current = traceId ? '/' : place.path;
  useEffect(() => {
    const name = traceId ? `Trace ${traceId.slice(0, 8)}` : VIEWS.find((view) => view.path === place.path)?.name;
    document.title = name ? `${name} · Recount` : 'Recount';
  }, [place.path]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="bar">
        <a href="/" class="brand">
          Recount
        </a>
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <a key={view.path} href={view.path} aria-current={view.path === current ? 'page' : undefined}>
              {view.name}
            </a>
          ))}
        </nav>
        <span class="grow" />
        <ThemeButton />
        <button type="button" class="quiet" onClick={() => setHelp(true)} aria-label="Keyboard help">
          ?
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        <UnknownParameters place={place} />
        {traceId ? (
          <TraceView key={traceId} traceId={traceId} place={place} />
        ) : place.path === '/compare' ? (
          <Compare place={place} />
        ) : place.path === '/now' ? (
          <NowView />
        ) : place.path === '/' ? (
          <Traces place={place} />
        ) : (
          <p class="empty">There is nothing here.</p>
        )}
      </main>
      {asked && <TokenDialog onDone={() => setAsked(false)} />}
      {help && <HelpDialog onDone={() => setHelp(false)} />}
    </>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(() => localStorage.getItem('recount.theme') ?? 'auto');
  // Before the page is painted, so that it does not flash.
  useLayoutEffect(() => {
    if (theme === 'auto') {
      localStorage.removeItem('recount.theme');
      delete document.documentElement.dataset['theme'];
    } else {
      localStorage.setItem('recount.theme', theme);
      document.documentElement.dataset['theme'] = theme;
    }
    dispatchEvent(new Event('recount:theme'));
  }, [theme]);
  const next = THEMES[(THEMES.indexOf(theme as 'auto') + 1) % THEMES.length]!;
  return (
    <button type="button" class="quiet" onClick={() => setTheme(next)} title={`Colours: ${theme}. Press for ${next}.`}>
      <span aria-hidden="true">{theme === 'dark' ? '☾' : theme === 'light' ? '☀' : '◐'}</span>
      <span class="unseen">Colours: {theme}</span>
    </button>
  );
}

/** A dialog that takes the focus, and gives it back. */
export function Dialog(props: { title: string; onDone: () => void; children: preact.ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-label={props.title} onClose={props.onDone}>
      <h2>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

function TokenDialog(props: { onDone: () => void }) {
  const [token, write] = useState('');
  return (
    <Dialog title="A token, please" onDone={props.onDone}>
      <p>Whoever runs Recount asks for a token to look at it. It is kept until this tab is closed.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setToken(token);
          location.reload();
        }}
      >
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            value={token}
            onInput={(event) => write(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={!token}>
          Go on
        </button>
      </form>
    </Dialog>
  );
}

const KEYS = [
  ['1 2 3', 'Traces, Compare, Now'],
  ['/', 'search'],
  ['j k', 'next and previous trace of the list, or step of the trace'],
  ['Enter', 'open the trace'],
  ['s', 'go to the suspect step of a trace'],
  ['f', 'leave feedback on a trace'],
  ['?', 'this list'],
];

function HelpDialog(props: { onDone: () => void }) {
  return (
    <Dialog title="Keys" onDone={props.onDone}>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </Dialog>
  );
}
