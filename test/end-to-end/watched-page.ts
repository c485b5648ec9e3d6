// A page of which is noted whatever it must not do: reload, ask another origin, complain on the console.
import type { BrowserContext, Page } from 'playwright-core';

export type WatchedPage = {
  readonly page: Page;
  /** Documents that were asked for; 1 as long as nothing was reloaded. */
  documents(): number;
  /** Errors on the console (a breach of the content security policy is one), thrown errors, requests to elsewhere. */
  readonly faults: readonly string[];
  close(): Promise<void>;
};

export async function watchedPage(context: BrowserContext, address: string): Promise<WatchedPage> {
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const faults: string[] = [];
  let documents = 0;
  const { origin } = new URL(address);
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    if (request.isNavigationRequest()) documents += 1;
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== origin) faults.push(`asked elsewhere: ${url}`);
  });
  await page.goto(address);
  return { page, documents: () => documents, faults, close: () => page.close() };
}
