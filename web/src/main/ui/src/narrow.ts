import { useEffect, useState } from 'preact/hooks';

/** The same width at which the style sheet puts things below each other. */
const NARROW = '(max-width: 900px)';

/** Whether the window is as narrow as a phone's, now and whenever it is turned. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const changed = (): void => setNarrow(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return narrow;
}
