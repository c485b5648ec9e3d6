// Addresses of pages that commands point at; the pages' own router has the same paths.

export const homePage = (server: string): string => `${server}/`;
export const repoPage = (server: string, repo: string): string => `${server}/repos/${encodeURIComponent(repo)}`;
