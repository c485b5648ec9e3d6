// Where rows stand on a scroll bar: each at its own height while browsers can be that high, closer together beyond. Pure.

/** Browsers lose lines of a page higher than 17 to 33 million pixels: Firefox first. */
export const highestPixels = 8_000_000;

export type Scale = { readonly rows: number; readonly rowHeight: number; readonly panelHeight: number };

/** The height of all rows, if none of them is broken into several lines. */
export function wholeHeight({ rows, rowHeight, panelHeight }: Scale): number {
  return Math.max(panelHeight, Math.min(rows * rowHeight, highestPixels));
}

/** How far down the bar stands when this row is the first in sight. */
export function scrollOf(row: number, scale: Scale): number {
  const most = wholeHeight(scale) - scale.panelHeight;
  const lastFirst = Math.max(1, scale.rows - scale.panelHeight / scale.rowHeight);
  return Math.max(0, Math.min(most, (row / lastFirst) * most));
}

/** The first row in sight when the bar was drawn to here. */
export function rowAt(scroll: number, height: number, scale: Scale): number {
  const most = Math.max(1, height - scale.panelHeight);
  const lastFirst = Math.max(0, scale.rows - scale.panelHeight / scale.rowHeight);
  return Math.max(0, Math.min(scale.rows - 1, Math.round(Math.min(1, scroll / most) * lastFirst)));
}
