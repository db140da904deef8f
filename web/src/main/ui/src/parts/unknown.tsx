import { FILTER_PARAMETERS } from '../filter';
import { type Place, go, withQuery } from '../route';
import { Told } from './bits';

/** What the address of each view may hold. */
const KNOWN: [RegExp, string[]][] = [
  [/^\/$/, FILTER_PARAMETERS],
  [/^\/trace\//, ['step', 'only', 'spans', 'see', 'from_window', 'to_window']],
  [/^\/compare$/, [...FILTER_PARAMETERS, 'dimension', 'a', 'b', 'explain']],
];

function isTaken(name: string, value: string, known: string[]): boolean {
  return known.includes(name) && (name !== 'last' || Number(value) > 0);
}

/** Says which parameters of the address mean nothing here: a list must not look filtered by them. */
export function UnknownParameters(props: { place: Place }) {
  const { place } = props;
  const known = KNOWN.find(([path]) => path.test(place.path))?.[1] ?? [];
  const unknown = [...place.query].filter(([name, value]) => !isTaken(name, value, known));
  if (unknown.length === 0) {
    return null;
  }
  return (
    <p class="notice" role="status">
      Nothing here goes by{' '}
      {unknown.slice(0, 5).map(([name, value], index) => (
        <span key={index}>
          {index > 0 && ', '}
          <Told>{`${name}=${value}`.slice(0, 80)}</Told>
        </span>
      ))}
      {unknown.length > 5 && ` and ${unknown.length - 5} more`}: what you see is as it would be without.{' '}
      <button
        type="button"
        class="link"
        onClick={() => go(withQuery(place, Object.fromEntries(unknown.map(([name]) => [name, null]))), true)}
      >
        Take it out of the address
      </button>
    </p>
  );
}
