// The types of find-browser.mjs, which is plain JavaScript because it runs before anything is installed.
export const howToGetBrowser: string;
export function findBrowser(): string | undefined;
