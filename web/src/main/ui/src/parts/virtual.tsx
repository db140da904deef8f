import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** How many rows beyond those that are seen are there, too. */
const BEYOND = 12;

/**
 * A list to choose from of any length: only the rows that are seen exist. One stop for the keyboard; arrows move
 * the choice, and what is chosen is told to screen readers with its place.
 */
export function VirtualList<T>(props: {
  rows: T[];
  height: number;
  label: string;
  chosen: number;
  /** Whether more rows are on their way. */
  busy?: boolean;
  keyOf: (row: T) => string;
  onChoose: (index: number) => void;
  render: (row: T, index: number) => ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [seen, setSeen] = useState(900);
  useLayoutEffect(() => {
    const element = box.current!;
    const resized = new ResizeObserver(() => setSeen(element.clientHeight));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  const { chosen, height, rows } = props;
  useLayoutEffect(() => {
    const element = box.current!;
    if (chosen >= 0) {
      const at = chosen * height;
      if (at < element.scrollTop || at + height > element.scrollTop + element.clientHeight) {
        element.scrollTop = at - element.clientHeight / 2 + height / 2;
      }
    }
  }, [chosen, height, rows.length]);
  const first = Math.max(0, Math.floor(top / height) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((top + seen) / height) + BEYOND);
  const pressed = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(seen / height) - 1);
    const moves: Record<string, number> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      PageDown: chosen + page,
      PageUp: chosen - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined && rows.length > 0) {
      event.preventDefault();
      props.onChoose(Math.max(0, Math.min(rows.length - 1, to)));
    }
  };
  const shown = chosen >= first && chosen < last ? `row-${chosen}` : undefined;
  return (
    <div
      ref={box}
      class="virtual"
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-busy={props.busy ?? false}
      aria-activedescendant={shown}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={pressed}
    >
      <div style={{ height: `${rows.length * height}px` }} role="presentation">
        {rows.slice(first, last).map((row, offset) => {
          const index = first + offset;
          const key = props.keyOf(row);
          return (
            <div
              key={key}
              id={`row-${index}`}
              class={`virtual-row${index === chosen ? ' chosen' : ''}`}
              role="option"
              aria-selected={index === chosen}
              aria-posinset={index + 1}
              aria-setsize={rows.length}
              style={{ transform: `translateY(${index * height}px)`, height: `${height}px` }}
              onClick={() => props.onChoose(index)}
            >
              {props.render(row, index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
