import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** What is being fetched: what there was before stays until something newer is there. */
export interface Loaded<T> {
  data?: T;
  error?: Error;
  loading: boolean;
  reload: () => void;
}

/**
 * Fetches whenever the key changes; null fetches nothing. While it is to wait for something more urgent, what there
 * was before stays.
 */
export function useLoad<T>(
  key: string | null,
  fetcher: (signal: AbortSignal) => Promise<T>,
  wait = false,
): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; error?: Error; loading: boolean }>({
    key: null,
    loading: key !== null,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(fetcher);
  latest.current = fetcher;
  // Before the page is painted, and not after: the answer is what everybody waits for.
  useLayoutEffect(() => {
    if (wait) {
      return;
    }
    if (key === null) {
      setState({ key, loading: false });
      return;
    }
    const abort = new AbortController();
    setState((before) => (before.loading ? before : { ...before, loading: true }));
    latest.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) {
          setState({ key, data, loading: false });
        }
      },
      (failed: unknown) => {
        if (!abort.signal.aborted) {
          setState({ key, error: failed instanceof Error ? failed : new Error(String(failed)), loading: false });
        }
      },
    );
    return () => abort.abort();
  }, [key, round, wait]);
  const result: Loaded<T> = { loading: state.loading || state.key !== key, reload: () => setRound((n) => n + 1) };
  if (state.data !== undefined) {
    result.data = state.data;
  }
  if (state.error !== undefined) {
    result.error = state.error;
  }
  return result;
}

/** Does something again and again while the page is looked at. */
export function useEvery(milliseconds: number, action: () => void): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) {
        latest.current();
      }
    }, milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
