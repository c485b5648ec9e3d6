// What the keys do, in the dialog that `?` opens.
import { Dialog } from './dialog.tsx';
import styles from './keyboard-help.module.css';

const keys = [
  ['Repository', 'j k', 'next, previous failure'],
  ['Repository', '← → ↑ ↓', 'from job to job, from row to row'],
  ['Repository', 'Enter', 'open the job'],
  ['Repository', 'l', 'open the log of the job'],
  ['Repository', 'r', 'run the job again'],
  ['Repository', 'c', 'cancel the job'],
  ['Repository', '/', 'filter by name'],
  ['Job', 'l', 'to the log'],
  ['Job', 'r', 'run it again'],
  ['Job', 'c', 'cancel it'],
  ['Log', 'n p', 'next, previous error line'],
  ['Log', '/', 'search'],
  ['Log', 'm M', 'next, previous match'],
  ['Log', 'v', 'only lines that match, or all'],
  ['Log', 'f', 'follow, or let go'],
  ['Log', 'g G', 'to the beginning, to the end'],
  ['Log', 'o', 'open or close all sections'],
  ['Log', 't', 'times of lines'],
  ['Log', 'd', 'compare with the last green run'],
  ['Log', 'x', 'choose the line gone to, or the first in sight'],
  ['Log', 'Shift ↓ ↑', 'choose more or fewer lines'],
  ['Everywhere', '?', 'this help'],
  ['Everywhere', 'Esc', 'close what is open'],
] as const;

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const places = [...new Set(keys.map(([place]) => place))];
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <div className={styles['places']}>
        {places.map((place) => (
          <section key={place}>
            <h3>{place}</h3>
            <dl>
              {keys
                .filter(([one]) => one === place)
                .map(([, key, does]) => (
                  <div key={key}>
                    <dt>
                      {key.split(' ').map((one) => (
                        <kbd key={one}>{one}</kbd>
                      ))}
                    </dt>
                    <dd>{does}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
