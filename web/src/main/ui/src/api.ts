import { encoded } from './route';

/** What the interface under /api/v1 answers; names are those of the columns. Times end in _us: microseconds. */

export interface TraceRow {
  trace_id: string;
  started_us: number;
  duration_us: number | null;
  root_name: string;
  service: string;
  environment: string;
  agent_name: string;
  agent_version: string;
  model: string;
  prompt_version: string;
  session_id: string;
  status: string;
  error_type: string;
  escalated: boolean;
  rolled_back: boolean;
  flags: string[];
  tools: string[];
  evaluation_count: number;
  evaluation_failed: number;
  feedback_count: number;
  feedback_score: number | null;
  span_count: number;
  decision_count: number;
  error_count: number;
  total_tokens: number | null;
  cost_usd: number | null;
  max_context_utilization: number | null;
  retained: boolean;
  phase: string;
  revision: number;
}

export interface TracePage {
  traces: TraceRow[];
  next?: string;
}

export interface Histogram {
  total: number;
  failed: number;
  escalated: number;
  from_us?: number;
  to_us?: number;
  width_us?: number;
  outside?: number;
  columns: { start_us: number; total: number; failed: number; escalated: number }[];
}

export type Choices = Record<string, string[]>;

export interface Trace extends TraceRow {
  user_id: string;
  response_model: string;
  prompt_name: string;
  tool_schema_version: string;
  memory_index_version: string;
  framework: string;
  framework_version: string;
  release: string;
  input_tokens: number | null;
  output_tokens: number | null;
  cache_read_tokens: number | null;
  reasoning_tokens: number | null;
  late_span_count: number;
  snapshot_count: number;
  suspect_decision_id: string;
  retained_by: string;
  sample_weight: number;
}

export interface Step {
  decision_id: string;
  parent_id: string;
  span_id: string;
  step: number;
  kind: string;
  name: string;
  started_us: number;
  duration_us: number | null;
  status: string;
  error_type: string;
  snapshot_id: string;
  context_tokens: number | null;
  context_limit: number | null;
  context_truncated: boolean;
  confidence: number | null;
  tool_depth: number;
  flags: string[];
  suspect_decision_id: string;
  considered_count: number;
  total_tokens: number | null;
  cost_usd: number | null;
  outcome_matched: boolean | null;
  evaluation_count: number;
  evaluation_failed: number;
  feedback_count: number;
  revision: number;
}

export interface Snapshot {
  snapshot_id: string;
  span_id: string;
  decision_id: string;
  captured_us: number;
  boundary: string;
  token_count: number | null;
  token_limit: number | null;
  truncated: boolean;
  derived: boolean;
  tokens_estimated: boolean;
  segment_count: number;
  tokens_by_kind: Record<string, number>;
  base_snapshot_id: string;
  new_segments: number;
  truncated_segments: number;
  new_summaries: number;
  evicted_segments: number;
  evicted_tokens: number | null;
  compacted: boolean;
  lost_instructions: string[];
  memory_chunks: { id: string; score: number | null }[];
}

export interface Segment {
  kind: string;
  source: string;
  token_count: number | null;
  original_token_count: number | null;
  score: number | null;
  truncated: boolean;
}

export interface Evaluation {
  evaluation_id: string;
  decision_id: string;
  name: string;
  evaluator: string;
  score: number | null;
  label: string;
  passed: boolean | null;
  explanation: string;
  evaluated_us: number;
}

export interface Feedback {
  feedback_id: string;
  kind: string;
  source: string;
  name: string;
  score: number | null;
  label: string;
  passed: boolean | null;
  comment: string;
  occurred_us: number;
  decision_id: string;
  lag_ms: number | null;
  trace_id?: string;
}

export interface Story {
  trace: Trace;
  steps: Step[];
  snapshots: Snapshot[];
  evaluations: Evaluation[];
  feedback: Feedback[];
}

export interface Span {
  span_id: string;
  parent_span_id: string;
  name: string;
  kind: string;
  started_us: number;
  duration_us: number | null;
  status: string;
}

/** Texts of a step that may be of any length, each with its whole length beside it. */
export const LONG_TEXTS = [
  'chosen',
  'rationale',
  'tool_arguments',
  'tool_result',
  'expected_outcome',
  'actual_outcome',
  'error_message',
] as const;
export type LongText = (typeof LONG_TEXTS)[number];

export type StepDetail = Omit<Step, 'considered_count'> &
  Record<LongText, string> &
  Record<`${LongText}_length`, number> & {
    trace_id: string;
    chain: string[];
    agent_name: string;
    agent_version: string;
    model: string;
    response_model: string;
    prompt_name: string;
    prompt_version: string;
    tool_schema_version: string;
    memory_index_version: string;
    framework: string;
    framework_version: string;
    release: string;
    tool_name: string;
    tool_call_id: string;
    considered: { name: string; score: number | null; rejected_because: string }[];
    constraints: string[];
    memory_chunk_ids: string[];
    input_tokens: number | null;
    output_tokens: number | null;
    cache_read_tokens: number | null;
    reasoning_tokens: number | null;
    phase: string;
  };

export interface StepAnswer {
  step: StepDetail;
  snapshot?: Snapshot & { segments: Segment[] };
}

export interface WindowSegment {
  position: number;
  kind: string;
  source: string | null;
  content_sha256: string | null;
  token_count: number | null;
  original_token_count: number | null;
  truncated: boolean;
  messages?: unknown[];
  missing?: string;
}

export interface ModelWindow {
  snapshot_id: string;
  number: number;
  of: number;
  model: string | null;
  segments: WindowSegment[];
}

export interface Difference {
  from: string;
  to: string;
  kept: number;
  removed: WindowSegment[];
  added: WindowSegment[];
}

export interface Estimate {
  value: number;
  /** Bounds, where there is enough to tell them. */
  low?: number;
  high?: number;
  /** Rows that it comes from, and how many of them have what is shared. */
  of?: number;
  count?: number;
  /** Finds the traces behind it, beside what was asked and the version. */
  filter?: string;
}

export interface Interval extends Estimate {
  low: number;
  high: number;
}

export interface Sided {
  unit: string;
  better: string;
  a?: Estimate;
  b?: Estimate;
  difference?: Interval & { clear: boolean };
}

export interface Bins {
  bins: (Interval & { stated: number; decisions: number; filter: string })[];
  decisions: number;
  filter: string;
  expected_calibration_error?: Interval;
}

export interface Side {
  version: string;
  traces: number;
  filter: string;
  /** How many traces they stand for, where they are a sample. */
  stand_for?: number;
  first_us?: number;
  last_us?: number;
}

export interface Comparison {
  dimension: string;
  a: Side;
  b: Side;
  measures: (Sided & { name: string })[];
  duration_quantiles: (Sided & { level: number })[];
  evaluators: { name: string; failed: Sided; score: Sided }[];
  evaluators_left_out: number;
  tools: { name: string; calls_a: number; calls_b: number; used: Sided; failed: Sided }[];
  tools_left_out: number;
  calibration: { a: Bins; b: Bins; difference?: Sided['difference'] };
}

export interface VersionShare {
  traces: number;
  failures: number;
  value: number;
  low: number;
  high: number;
}

export interface Versions {
  dimension: string;
  from_us?: number;
  width_us?: number;
  left_out?: number;
  versions: (VersionShare & {
    version: string;
    /** Finds the traces that count. */
    filter: string;
    stand_for?: number;
    first_us: number;
    stretches: (VersionShare & { stretch: number })[];
  })[];
}

export interface Course {
  start_us: number;
  traces: number;
  value: number;
}

export interface VersionName {
  dimension: string;
  name: string;
  version: string;
}

export interface Finding {
  versions: VersionName[];
  replaced: VersionName[];
  effect: { size: number; standard_error: number; p_value: number };
  adjusted_p_value: number;
  explains: number;
  with: { traces: number; mean: number };
  without: { traces: number; mean: number };
  cannot_be_told_from: VersionName[][];
  could_as_well_be: VersionName[][];
  only_by_time: boolean;
  example_trace_ids: string[];
  course?: Course[];
}

export interface Regression {
  measure: string;
  higher_is_better: boolean;
  logarithmic: boolean;
  significance: number;
  comparisons: number;
  window: { from: string; change: string; to: string; change_was: string };
  before: { traces: number; mean: number };
  after: { traces: number; mean: number };
  difference: { size: number; standard_error: number; p_value: number };
  findings: Finding[];
  improvements: Finding[];
  acquitted: VersionName[][];
  course: Course[];
}

export interface Alert {
  alert_id: string;
  rule: string;
  state: string;
  severity: string;
  summary: string;
  labels: Record<string, string>;
  value: number | null;
  threshold: number | null;
  fired_us: number;
  resolved_us: number | null;
  example_trace_ids: string[];
}

export interface Now {
  /** Why there are no rows, while ClickHouse does not answer. */
  unavailable?: string;
  open?: {
    trace_id: string;
    started_us: number;
    root_name: string;
    agent_name: string;
    agent_version: string;
    span_count: number;
    decision_count: number;
    error_count: number;
  }[];
  alerts?: Alert[];
  feedback?: Feedback[];
  pipeline: {
    roles: Record<string, { ready: boolean; detail: string }>;
    lag: Record<string, Record<string, number>> | { error: string };
  };
}

/** A refusal, in the words of the server. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const TOKEN = 'recount.token';
const ASKED = 'recount:token-asked';

/** The token that this tab shows, where one is asked for. It goes with the tab. */
export function setToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}

/** Calls back when the server wants a token. */
export function onTokenAsked(listener: () => void): () => void {
  addEventListener(ASKED, listener);
  return () => removeEventListener(ASKED, listener);
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const token = sessionStorage.getItem(TOKEN);
  if (token) {
    headers.set('Authorization', `Bearer ${token}`);
  }
  let response: Response;
  try {
    // As the server has it asked for beforehand, so that one answer serves both; there are no cookies.
    response = await fetch(path, { ...init, headers, credentials: 'same-origin' });
  } catch (failed) {
    if (failed instanceof DOMException && failed.name === 'AbortError') {
      throw failed;
    }
    throw new ApiError(0, 'Recount does not answer. Is it still running?');
  }
  if (!response.ok) {
    if (response.status === 401) {
      dispatchEvent(new Event(ASKED));
    }
    throw new ApiError(response.status, await reason(response));
  }
  return response;
}

async function reason(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as { message?: string; errors?: { message: string }[] };
    return body.message ?? body.errors?.map((error) => error.message).join(' ') ?? `Answer ${response.status}.`;
  } catch {
    return `Recount answers ${response.status}.`;
  }
}

export function path(call: string, parameters?: URLSearchParams): string {
  const query = parameters && encoded(parameters);
  return `/api/v1${call}${query ? `?${query}` : ''}`;
}

export async function get<T>(call: string, parameters?: URLSearchParams, signal?: AbortSignal): Promise<T> {
  const response = await ask(path(call, parameters), signal ? { signal } : {});
  return (await response.json()) as T;
}

/** Saves a text as a file: it may be too long to look at, and a link could not show the token. */
export async function save(call: string, parameters: URLSearchParams, name: string): Promise<void> {
  const response = await ask(path(call, parameters), {});
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Sends feedback by the door that everyone uses; gives back its ID. */
export async function sendFeedback(event: Record<string, unknown>): Promise<string> {
  const response = await ask('/v1/feedback', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(event),
  });
  const taken = (await response.json()) as { feedback_ids: string[] };
  return taken.feedback_ids[0] ?? '';
}
