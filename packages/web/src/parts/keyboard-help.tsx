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
  ['Job', 'n p', 'next, previous error line'],
  ['Job', 'l', 'to the log'],
  ['Job', 'f', 'follow the log, or let go'],
  ['Job', 'r', 'run it again'],
  ['Job', 'c', 'cancel it'],
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
