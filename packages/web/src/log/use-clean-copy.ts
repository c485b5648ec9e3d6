// What is selected in a log and copied has one kind of line end, whatever the system of the reader, and none behind its last line.
import { type RefObject, useEffect } from 'react';

export function useCleanCopy(panel: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = panel.current;
    if (!element) return;
    const copy = (event: ClipboardEvent) => {
      const text = document.getSelection()?.toString() ?? '';
      if (text === '' || !event.clipboardData) return;
      event.clipboardData.setData('text/plain', text.replace(/\r\n?/g, '\n').replace(/\n+$/, ''));
      event.preventDefault();
    };
    element.addEventListener('copy', copy);
    return () => element.removeEventListener('copy', copy);
  }, [panel]);
}
