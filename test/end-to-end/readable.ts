// Measures in a page how well its words stand out: for each text in sight, the contrast of its colour to what is behind it.
import type { Page } from 'playwright-core';

export type FaintText = { readonly text: string; readonly ratio: number };

/** Those below `least`; 4.5 is what WCAG AA asks of body text. */
export function faintTexts(page: Page, least = 4.5): Promise<{ readonly seen: number; readonly faint: FaintText[] }> {
  return page.evaluate((least) => {
    // A canvas resolves and mixes colours of every notation as the page itself does.
    const canvas = document.createElement('canvas');
    const paint = canvas.getContext('2d', { willReadFrequently: true })!;
    const luminance = () => {
      const [red = 0, green = 0, blue = 0] = [...paint.getImageData(0, 0, 1, 1).data].map((byte) => {
        const part = byte / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const fill = (color: string) => {
      paint.fillStyle = color;
      paint.fillRect(0, 0, 1, 1);
    };
    const around = (element: Element): Element[] =>
      element.parentElement ? [...around(element.parentElement), element] : [element];
    const ratioOf = (element: Element) => {
      const chain = around(element).map((one) => getComputedStyle(one));
      paint.globalAlpha = 1;
      fill('#fff');
      for (const style of chain) fill(style.backgroundColor);
      const behind = luminance();
      paint.globalAlpha = chain.reduce((product, style) => product * Number(style.opacity), 1);
      fill(getComputedStyle(element).color);
      const before = luminance();
      return (Math.max(behind, before) + 0.05) / (Math.min(behind, before) + 0.05);
    };
    const faint = new Map<string, number>();
    let seen = 0;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      const text = texts.currentNode.textContent?.trim();
      if (!element || !text || !element.checkVisibility({ visibilityProperty: true })) continue;
      const { width, height } = element.getBoundingClientRect();
      if (width <= 1 || height <= 1) continue;
      seen += 1;
      const ratio = ratioOf(element);
      if (ratio < least) faint.set(text, Math.round(ratio * 100) / 100);
    }
    return { seen, faint: [...faint].map(([text, ratio]) => ({ text, ratio })) };
  }, least);
}
