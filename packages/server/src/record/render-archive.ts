// One directory of the archive as a page: plain HTML without script, readable in light and dark, and by `wget -r`.
import type { ArchiveListing } from './list-archive.ts';

/** `base`: the address of the archive's top, without a slash at its end. */
export function renderArchive(listing: ArchiveListing, base = '/archive'): string {
  const names = listing.directory === '' ? [] : listing.directory.split('/');
  const title = names.length === 0 ? 'Archive' : names.map(readable).join(' / ');
  const rows = listing.entries.map((entry) => {
    const end = entry.kind === 'directory' ? '/' : '';
    const address = `${base}/${[...names, entry.name].map(encodeURIComponent).join('/')}${end}`;
    const size = entry.sizeBytes === null ? '' : sizeText(entry.sizeBytes);
    const digest = entry.sha256 ? `<code title="SHA-256">${escapeHtml(entry.sha256)}</code>` : '';
    return `<tr><td><a href="${escapeHtml(address)}">${escapeHtml(readable(entry.name) + end)}</a></td><td class="size">${size}</td><td>${entry.modifiedAt === null ? '' : timeText(entry.modifiedAt)}</td><td>${keepingText(entry.keeping)}</td><td>${digest}</td></tr>`;
  });
  const here = `${base}/${names.map((name) => `${encodeURIComponent(name)}/`).join('')}`;
  const others = [...listing.descriptions, '?format=json'].map((end) => {
    const text = end.startsWith('?') ? 'this page as JSON' : end;
    return `<a href="${escapeHtml(here + end)}">${escapeHtml(text)}</a>`;
  });
  const nothing = '<tr><td colspan="5">Nothing here.</td></tr>';
  const cut = listing.isCut ? '<p>There are more names than are shown here.</p>' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} – Signalbox</title>
<style>${style}</style>
</head>
<body>
<nav aria-label="Directory">${breadcrumb(names, base)}</nav>
<table>
<thead><tr><th>Name</th><th class="size">Size</th><th>Modified (UTC)</th><th>Kept until</th><th>SHA-256</th></tr></thead>
<tbody>
${rows.length > 0 ? rows.join('\n') : nothing}
</tbody>
</table>
${cut}
<p>${others.join(' · ')}</p>
</body>
</html>
`;
}

function breadcrumb(names: readonly string[], base: string): string {
  const links = names.map((name, at) => {
    const address = `${base}/${names
      .slice(0, at + 1)
      .map(encodeURIComponent)
      .join('/')}/`;
    const text = escapeHtml(readable(name));
    return at === names.length - 1
      ? `<span aria-current="page">${text}</span>`
      : `<a href="${escapeHtml(address)}">${text}</a>`;
  });
  const top =
    names.length === 0 ? '<span aria-current="page">Archive</span>' : `<a href="${escapeHtml(base)}/">Archive</a>`;
  return `<a href="/">Signalbox</a> ${[top, ...links].map((link) => `/ ${link}`).join(' ')}`;
}

/** `feature%2Flogin` is shown as `feature/login`; the link keeps the true name. What makes no text, or no visible one, stays. */
function readable(name: string): string {
  try {
    const text = decodeURIComponent(name);
    return /[\p{C}\p{Z}]/u.test(text.replaceAll(' ', '')) ? name : text;
  } catch {
    return name; // A cut or damaged escape: the true name is as good as any.
  }
}

function keepingText(keeping: ArchiveListing['entries'][number]['keeping']): string {
  if (keeping === null || keeping.state === 'open') return '';
  if (keeping.state === 'pinned') return 'pinned';
  return keeping.until === null ? 'for ever' : `<time>${escapeHtml(keeping.until.slice(0, 10))}</time>`;
}

/** To the second: nobody reads thousandths. */
function timeText(instant: string): string {
  const text = instant.slice(0, 19).replace('T', ' ');
  return `<time datetime="${escapeHtml(instant)}">${escapeHtml(text)}</time>`;
}

function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${units[unit]}`;
}

const replaced: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => replaced[character]!);

const style = `:root{color-scheme:light dark}
body{margin:1.5rem auto;max-width:75rem;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;background:#fff;color:#1c1e21}
a{color:#0b57d0}
table{border-collapse:collapse;width:100%;margin-top:1rem;display:block;overflow-x:auto}
th,td{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid #d8dbe0;white-space:nowrap}
.size{text-align:right}
time,code{font:.85rem ui-monospace,monospace;color:#565b63}
@media (max-width:40rem){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}table,tbody,tr{display:block}tr{padding:.25rem 0;border-bottom:1px solid #d8dbe0}td{display:inline;padding:0 .75rem 0 0;border:0;white-space:normal}td:first-child,td:last-child{display:block}td:empty{display:none}time{white-space:nowrap}td:first-child a{display:block;padding:.5rem 0}code{overflow-wrap:anywhere}}
@media (prefers-color-scheme:dark){body{background:#16181c;color:#e3e5e8}a{color:#8ab4f8}th,td,tr{border-color:#34383f}time,code{color:#a3a8b0}}`;
