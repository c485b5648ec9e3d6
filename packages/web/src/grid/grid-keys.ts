// Clicks and keys of the grid, heard once for all its jobs: arrows go from job to job, j and k from failure to failure.

export type GridCommands = {
  open(job: number, event: { readonly toLog: boolean }): void;
  rerun(job: number): void;
  cancel(job: number): void;
};

const cells = 'a[data-job], button[data-fold]';

/** Begins to hear; the answer ends it. */
export function hearGrid(grid: HTMLElement, commands: GridCommands): () => void {
  const click = (event: MouseEvent) => {
    const job = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-job]') : null;
    if (!job || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    commands.open(Number(job.dataset['job']), { toLog: false });
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
    const cell = event.target.closest<HTMLElement>(cells);
    if (!cell || !move(grid, cell, event.key)) return;
    event.preventDefault();
  };
  grid.addEventListener('click', click);
  grid.addEventListener('keydown', press);
  return () => {
    grid.removeEventListener('click', click);
    grid.removeEventListener('keydown', press);
  };
}

/** The job that has the focus, for the commands that act on one. */
export function focusedJob(): number | null {
  const id = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['job'] : undefined;
  return id === undefined ? null : Number(id);
}

export function focusFailure(grid: HTMLElement, step: 1 | -1): void {
  const failures = [...grid.querySelectorAll<HTMLElement>('[data-failed]')];
  const here = document.activeElement;
  const after = failures.findIndex((one) => isAfter(here, one));
  const at = here instanceof HTMLElement ? failures.indexOf(here) : -1;
  let next = step === 1 ? 0 : failures.length - 1;
  if (at >= 0) next = at + step;
  else if (here && grid.contains(here) && after >= 0) next = step === 1 ? after : after - 1;
  focus(failures[(next + failures.length) % failures.length]);
}

function isAfter(here: Element | null, other: Element): boolean {
  return here !== null && (here.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

function move(grid: HTMLElement, cell: HTMLElement, key: string): boolean {
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const all = [...grid.querySelectorAll<HTMLElement>(cells)];
    return focus(all[all.indexOf(cell) + (key === 'ArrowRight' ? 1 : -1)]);
  }
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return false;
  const rows = [...grid.querySelectorAll<HTMLElement>('[data-row]')];
  const row = rows[rows.findIndex((one) => one.contains(cell)) + (key === 'ArrowDown' ? 1 : -1)];
  if (!row) return false;
  const x = cell.getBoundingClientRect().left;
  const distance = (one: HTMLElement) => Math.abs(one.getBoundingClientRect().left - x);
  return focus([...row.querySelectorAll<HTMLElement>(cells)].sort((a, b) => distance(a) - distance(b))[0]);
}

function focus(cell: HTMLElement | undefined): boolean {
  cell?.focus();
  cell?.scrollIntoView({ block: 'nearest' });
  return cell !== undefined;
}
