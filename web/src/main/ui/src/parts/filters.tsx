import { useState } from 'preact/hooks';
import type { Choices } from '../api';
import { FILTERS, FIXED, NAMES, NUMBERS, SINGLE, TYPED, inWords, toggled } from '../filter';
import { instant, isolated, local, time, words } from '../format';
import { type Place, go, withQuery } from '../route';
import { Told } from './bits';

const RANGES: [string, number | null][] = [
  ['All time', null],
  ['Last 15 minutes', 900],
  ['Last hour', 3_600],
  ['Last 24 hours', 86_400],
  ['Last 7 days', 604_800],
  ['Last 30 days', 2_592_000],
];

function isCustom(place: Place): boolean {
  return place.query.has('from') || place.query.has('to');
}

/** The range of time: one that ends now, or one between two times. */
export function TimeRange(props: { place: Place }) {
  const { place } = props;
  const custom = isCustom(place);
  return (
    <>
      <select
        aria-label="Time range"
        value={custom ? 'custom' : (place.query.get('last') ?? '')}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          const now = Math.floor(Date.now() / 60_000) * 60;
          const between = { from: String((now - 86_400) * 1e6), to: String(now * 1e6), last: null };
          go(withQuery(place, chosen === 'custom' ? between : { last: chosen || null, from: null, to: null }));
        }}
      >
        {RANGES.map(([name, seconds]) => (
          <option key={name} value={seconds ?? ''}>
            {name}
          </option>
        ))}
        <option value="custom">Between two times</option>
      </select>
      {custom &&
        (['from', 'to'] as const).map((end) => (
          <label key={end}>
            {end === 'from' ? 'From' : 'To'}{' '}
            <input
              type="datetime-local"
              step="1"
              aria-label={`${end === 'from' ? 'From' : 'To'} (UTC)`}
              value={local(instant(place.query.get(end)) ?? NaN)}
              onChange={(event) => {
                const micros = instant(event.currentTarget.value);
                // A year that is being typed goes through the first century.
                if (micros === null || micros >= 0) {
                  go(withQuery(place, { [end]: micros === null ? null : String(micros) }), true);
                }
              }}
            />
          </label>
        ))}
    </>
  );
}

/**
 * Adds a filter, of a name and a value.
 *
 * @param without a name that is not offered
 */
export function AddFilter(props: { place: Place; choices: Choices; without?: string }) {
  const { place } = props;
  const [name, setName] = useState('');
  const values = FIXED[name] ?? props.choices[name === 'failed_tool' ? 'tool' : name] ?? [];
  const add = (value: string): void => {
    go(withQuery(place, { [name]: SINGLE.includes(name) ? value : [...new Set([...place.query.getAll(name), value])] }));
    setName('');
  };
  return (
    <>
      <select aria-label="Filter by" value={name} onChange={(event) => setName(event.currentTarget.value)}>
        <option value="">Filter by …</option>
        {NAMES.filter((each) => each !== props.without).map((each) => (
          <option key={each} value={each}>
            {words(each)}
          </option>
        ))}
      </select>
      {name && !TYPED.includes(name) && (
        <select
          aria-label={words(name)}
          value="…"
          onChange={(event) => event.currentTarget.value !== '…' && add(event.currentTarget.value)}
          autofocus
        >
          <option value="…">{words(name)} …</option>
          {values.map((value) => (
            <option key={value} value={value}>
              {isolated(value || '(none)')}
            </option>
          ))}
        </select>
      )}
      {TYPED.includes(name) && (
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            add(String(new FormData(event.currentTarget).get('value')));
          }}
        >
          <input
            name="value"
            aria-label={words(name)}
            inputMode={NUMBERS[name] ? 'decimal' : 'text'}
            pattern={NUMBERS[name] ?? '.*'}
            required
            autofocus
          />
          <button type="submit">Add</button>
        </form>
      )}
    </>
  );
}

/** A filter that is asked for so often that it has a button of its own: its label, name and value. */
export type QuickFilter = [string, string, string];

/** The filters that hold, each to be taken away, after those that are always offered. */
export function FilterChips(props: { place: Place; quick: QuickFilter[]; without?: string }) {
  const { place, quick } = props;
  const active = [...place.query].filter(([name]) => FILTERS.includes(name) && name !== props.without);
  const [from, to] = ['from', 'to'].map((end) => time(instant(place.query.get(end))) || '…');
  const range = `${from} – ${to} UTC`;
  return (
    <ul class="chips" aria-label="Filters">
      {quick.map(([label, name, value]) => {
        const on = place.query.getAll(name).includes(value);
        return (
          <li key={label}>
            <button
              type="button"
              class={`chip${on ? ' on' : ''}`}
              aria-pressed={on}
              onClick={() => go(withQuery(place, { [name]: toggled(place, name, value) }))}
            >
              {label}
            </button>
          </li>
        );
      })}
      {active
        .filter(([name, value]) => !quick.some(([, quickName, of]) => quickName === name && of === value))
        .map(([name, value]) => (
          <li key={`${name}=${value}`}>
            <button
              type="button"
              class="chip on"
              aria-label={`Take away ${words(name)}: ${inWords(name, value) || 'none'}`}
              onClick={() => go(withQuery(place, { [name]: toggled(place, name, value) }))}
            >
              {words(name)}: <Told>{inWords(name, value) || '(none)'}</Told> <span aria-hidden="true">×</span>
            </button>
          </li>
        ))}
      {isCustom(place) && (
        <li>
          <button
            type="button"
            class="chip on"
            aria-label={`Take away the range of time: ${range}`}
            onClick={() => go(withQuery(place, { from: null, to: null }))}
          >
            {range}{' '}
            <span aria-hidden="true">×</span>
          </button>
        </li>
      )}
    </ul>
  );
}
