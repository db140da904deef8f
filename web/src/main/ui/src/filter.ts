import { isolated, words } from './format';
import type { Place } from './route';

/** Which traces are meant: filters as they stand in the address, and in the interface under the same names. */

/** What can be filtered by from a list, in the order in which it is offered. */
const COLUMNS = [
  'agent_name',
  'agent_version',
  'model',
  'prompt_name',
  'prompt_version',
  'tool_schema_version',
  'memory_index_version',
  'framework',
  'framework_version',
  'release',
  'service',
  'environment',
  'tool',
  'failed_tool',
  'flag',
  'evaluator',
  'error_type',
  'status',
  'phase',
  'retained_by',
];

/** What is typed in. */
export const TYPED = ['session_id', 'user_id', 'min_duration_ms', 'min_errors', 'min_confidence', 'below_confidence'];

/** What only numbers are typed in for. */
export const NUMBERS: Record<string, string> = {
  min_duration_ms: '[0-9]+',
  min_errors: '[0-9]+',
  min_confidence: '0|1|0?\\.[0-9]{1,6}',
  below_confidence: '0|1|0?\\.[0-9]{1,6}',
};

/** What there are few values of. */
export const FIXED: Record<string, string[]> = {
  verdict: ['passed', 'failed', 'scored'],
  feedback: ['good', 'bad', 'any', 'none'],
  escalated: ['true', 'false'],
  rolled_back: ['true', 'false'],
  retained: ['true', 'false'],
  settled: ['true', 'false'],
  known: ['feedback_score', 'evaluation_min_score', 'duration', 'total_tokens', 'cost', 'context_utilization'],
};

export const NAMES = [...COLUMNS, ...Object.keys(FIXED), ...TYPED];

/** What the address may hold: a filter within, too, which comes with a link and is not chosen here. */
export const FILTERS = [...NAMES, 'also'];

/** What has one value, which another takes the place of; several of the others are alternatives. */
export const SINGLE = ['evaluator', 'verdict', 'feedback', 'escalated', 'rolled_back', 'retained', 'settled', ...Object.keys(NUMBERS)];

/** What is in the address of a view that filters traces: besides the filters a search and a time. */
export const FILTER_PARAMETERS = [...FILTERS, 'q', 'in', 'from', 'to', 'last'];

/** The parameters of the interface: those of the address, a range in words as a time. */
export function filterOf(place: Place): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of place.query) {
    if (FILTER_PARAMETERS.includes(name) && name !== 'last') {
      query.append(name, value);
    }
  }
  const last = Number(place.query.get('last'));
  if (last > 0) {
    // To the minute, so that looking again asks the same.
    query.set('from', String((Math.floor(Date.now() / 60_000) * 60 - last) * 1e6));
    query.delete('to');
  }
  return query;
}

/** The values that a name has once one has been added, or taken away if it was there. */
export function toggled(place: Place, name: string, value: string): string[] {
  const values = place.query.getAll(name);
  return values.includes(value) ? values.filter((one) => one !== value) : SINGLE.includes(name) ? [value] : [...values, value];
}

/** A filter's value; of a filter within, its names and values. */
export function inWords(name: string, value: string): string {
  return name === 'also'
    ? [...new URLSearchParams(value)].map(([each, of]) => `${words(each).toLowerCase()} ${isolated(of || '(none)')}`).join(', ')
    : value;
}
