// What counts as a branch name and as a revision when it comes from outside: by git's own rules, and never an option.

export const branchNameLimit = 250;

/** Whether git would take it as a branch name (`git check-ref-format --branch`). */
export function isBranchName(name: string): boolean {
  if (name === '' || name.length > branchNameLimit || name === 'HEAD') return false;
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name)) return false;
  if (name.startsWith('-') || name.endsWith('.') || name.includes('..') || name.includes('@{')) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** Whether it is a whole commit id, SHA-1 or SHA-256, in lower case. */
export const isRevision = (text: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** The id that git's hooks write where there is no commit: a new branch's before, a deleted one's after. */
export const isNoRevision = (text: string): boolean => /^(0{40}|0{64})$/.test(text);
