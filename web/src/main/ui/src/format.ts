const NUMBER = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Times are shown in UTC, as everywhere in Recount: colleagues sit elsewhere. */
export function time(micros: number | null | undefined): string {
  if (micros === null || micros === undefined) {
    return '';
  }
  return local(micros).replace('T', ' ');
}

export function clock(micros: number): string {
  return time(micros).slice(11);
}

export function day(micros: number): string {
  return time(micros).slice(0, 10);
}

/** An instant for an input of type datetime-local, in UTC; empty beyond what dates can say. */
export function local(micros: number): string {
  const date = new Date(micros / 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19);
}

/** Microseconds since the epoch of what an address or an input says: such a number itself, or ISO 8601 in UTC. */
export function instant(text: string | null): number | null {
  if (!text) {
    return null;
  }
  const micros = /^\d+$/.test(text) ? Number(text) : Date.parse(/Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`) * 1_000;
  return Number.isNaN(micros) ? null : micros;
}

export function duration(micros: number | null | undefined): string {
  if (micros === null || micros === undefined) {
    return 'running';
  }
  if (micros < 0) {
    // By clocks that do not agree.
    return `−${duration(-micros)}`;
  }
  const ms = micros / 1000;
  if (ms < 1) {
    return `${Math.round(micros)} µs`;
  }
  if (ms < 1_000) {
    return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  }
  const seconds = ms / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  }
  if (seconds < 172_800) {
    return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
  }
  return `${Math.round(seconds / 86_400)} days`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : NUMBER.format(value);
}

/** A count with its noun, which takes an s when there are several. */
export function counted(value: number, noun: string): string {
  return `${NUMBER.format(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function compact(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : COMPACT.format(value);
}

export function percent(share: number | null | undefined, digits = 0): string {
  return share === null || share === undefined ? '–' : `${(share * 100).toFixed(digits)}\u00a0%`;
}

export function dollars(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  return `$${value === 0 || value >= 1 ? value.toFixed(2) : value.toPrecision(2)}`;
}

export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Math.round(value * 100) / 100);
}

/** A number in its unit. */
export function amount(value: number, unit: string): string {
  switch (unit) {
    case 'share':
      return percent(value, 1);
    case 'ms':
      return duration(value * 1000);
    case 'usd':
      return value < 0 ? `−${dollars(-value)}` : dollars(value);
    case 'tokens':
      return compact(Math.round(value));
    default:
      return String(Math.round(value * 100) / 100);
  }
}

/** A difference in its unit, with its sign; of shares in points. */
export function difference(value: number, unit: string): string {
  const size = Math.abs(value);
  const text = unit === 'share' ? `${(size * 100).toFixed(1)} pp` : amount(size, unit);
  // What is rounded to nothing has no sign.
  const sign = /[1-9]/.test(text) ? (value > 0 ? '+' : '−') : '±';
  return sign + text;
}

/** A column's name in words. */
export function words(name: string): string {
  const text = name.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text where no element can keep it apart: in its own direction, whatever it is. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** How late something came. */
export function late(milliseconds: number | null): string {
  if (milliseconds === null) {
    return '';
  }
  return milliseconds < 0
    ? `${duration(-milliseconds * 1000)} before the end`
    : `${duration(milliseconds * 1000)} after the end`;
}
