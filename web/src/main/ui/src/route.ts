import { useLayoutEffect, useState } from 'preact/hooks';

/** Where we are: everything that a view shows is in the address, so that it can be sent to a colleague. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

const MOVED = 'recount:moved';

/** Telemetry may hold control characters, and servers refuse them in an address. */
const REFUSED = /[\u0000-\u001f\u007f]/;
const ENCODED = 'encoded';

/** Parameters as they stand in an address; those that would be refused there are encoded once more. */
export function encoded(query: URLSearchParams): string {
  const plain = new URLSearchParams();
  const refused = new URLSearchParams();
  query.forEach((value, name) => (REFUSED.test(value) ? refused : plain).append(name, value));
  if (refused.size > 0) {
    plain.append(ENCODED, refused.toString());
  }
  return plain.toString();
}

/** The parameters of an address. */
export function decoded(search: string): URLSearchParams {
  const query = new URLSearchParams(search);
  for (const refused of query.getAll(ENCODED)) {
    new URLSearchParams(refused).forEach((value, name) => query.append(name, value));
  }
  query.delete(ENCODED);
  return query;
}

/** Where we are now, whatever was shown last. */
export function here(): Place {
  return { path: location.pathname, query: decoded(location.search) };
}

/** Goes somewhere. Replacing leaves no step to go back to, as for a change of a filter's text. */
export function go(url: string, replace = false): void {
  if (url === location.pathname + location.search) {
    return;
  }
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  dispatchEvent(new Event(MOVED));
}

/** The same place with other parameters; null takes one away, a list gives it several times. */
export function withQuery(place: Place, changes: Record<string, string | string[] | null>): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const each of value === null ? [] : [value].flat()) {
      query.append(name, each);
    }
  }
  const text = encoded(query);
  return place.path + (text ? `?${text}` : '');
}

/** An address. */
export function url(path: string, query: Record<string, string>): string {
  return `${path}?${encoded(new URLSearchParams(query))}`;
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  // At once: between painting and a later effect somebody may have gone on already.
  useLayoutEffect(() => {
    const moved = (): void => setPlace(here());
    addEventListener('popstate', moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener('popstate', moved);
      removeEventListener(MOVED, moved);
    };
  }, []);
  return place;
}

/** Follows links within the page without loading it again. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest('a');
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    // By its attributes: a link in a picture has no properties of an address.
    const href = link?.getAttribute('href');
    if (!link || !href || !plain || link.hasAttribute('target') || link.hasAttribute('download') || event.defaultPrevented) {
      return;
    }
    const to = new URL(href, location.href);
    const elsewhere = to.pathname !== location.pathname;
    if (to.origin !== location.origin || (to.hash && !elsewhere && to.search === location.search)) {
      return;
    }
    event.preventDefault();
    go(to.pathname + to.search);
    if (elsewhere) {
      scrollTo(0, 0);
    }
  });
}
