// Where do the fields of a job come from? Closed until somebody asks; then each field opens to the lines that made it.
import type { FieldOrigin, JobOrigins, OriginStep } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { originsQuery } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { Bones, Trouble } from '../parts/states.tsx';
import styles from './configuration.module.css';

export function Configuration({ jobId }: { jobId: number }) {
  const [isOpen, setOpen] = useState(false);
  const origins = useQuery({ ...originsQuery(jobId), enabled: isOpen });
  return (
    <details className={styles['panel']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <ChevronRight size={14} aria-hidden="true" className={styles['opener']} />
        <h2>Configuration</h2>
        <span>Where does each field come from?</span>
      </summary>
      {origins.data ? (
        <Told told={origins.data} />
      ) : origins.error ? (
        <Trouble problem={origins.error} what="configuration" again={() => origins.refetch()} />
      ) : isOpen ? (
        <Bones what="the configuration" rows={4} />
      ) : null}
    </details>
  );
}

function Told({ told: { origins, note } }: { told: JobOrigins }) {
  const [isAll, setAll] = useState(false);
  const fields = origins?.fields ?? [];
  const said = fields.filter(({ chain }) => chain[0]?.kind !== 'default');
  return (
    <>
      {note ? <p className={styles['note']}>{note}</p> : null}
      <ul className={styles['fields']}>
        {(isAll ? fields : said).map((field) => (
          <Field key={field.field} field={field} />
        ))}
      </ul>
      {said.length < fields.length ? (
        <div className={styles['more']}>
          <Button onPress={() => setAll(!isAll)}>
            {isAll ? 'Hide defaults' : `Show ${fields.length - said.length} defaults`}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Field({ field: { field, value, chain } }: { field: FieldOrigin }) {
  const [isOpen, setOpen] = useState(false);
  const place = chain.find(({ kind }) => kind === 'written') ?? chain[0];
  return (
    <li>
      <button type="button" className={styles['field']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={12} aria-hidden="true" className={styles['sign']} />
        <code>{field}</code>
        <span className={styles['value']}>{textOf(value)}</span>
        {place ? (
          <span className={styles['place']}>
            {place.file}:{place.line}
          </span>
        ) : null}
      </button>
      {isOpen ? (
        <ol className={styles['chain']} aria-label={`Where ${field} comes from`}>
          {chain.map((step) => (
            <Step key={`${step.kind} ${step.file}:${step.line}:${step.column} ${step.says}`} step={step} />
          ))}
        </ol>
      ) : null}
    </li>
  );
}

function Step({ step: { file, line, column, excerpt, says } }: { step: OriginStep }) {
  const number = String(line);
  return (
    <li>
      <p>
        <code>
          {file}:{line}:{column}
        </code>{' '}
        {says}
      </p>
      <pre className={styles['excerpt']}>
        <span className={styles['number']}>{number} </span>
        {excerpt}
        {'\n'}
        <span className={styles['caret']}>{`${' '.repeat(number.length + column)}^`}</span>
      </pre>
    </li>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
