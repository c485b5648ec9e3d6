// Metrics for Prometheus: counters, gauges and histograms with names and labels that stay in bounds. The only importer of prom-client.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { assertName, type BoundedLabels, boundLabels, type LabelSpec } from './metric-names.ts';

export type Metrics = {
  /** A name that ends in `_total`. */
  counter<const Spec extends LabelSpec>(definition: Definition<Spec>): CounterOf<Spec>;
  gauge<const Spec extends LabelSpec>(definition: GaugeDefinition<Spec>): GaugeOf<Spec>;
  /** A name that ends in `_seconds` or `_bytes`. */
  histogram<const Spec extends LabelSpec>(definition: HistogramDefinition<Spec>): HistogramOf<Spec>;
  /** The page at /metrics. A metric that cannot be read now is left out and counted; the others are there. */
  page(): Promise<{ readonly contentType: string; readonly text: string }>;
};

export type Definition<Spec extends LabelSpec> = {
  /** Without `signalbox_`, which is put before it. */
  readonly name: string;
  readonly help: string;
  /** Each label with all its values, or with how many it may have; what is beyond is counted under `other`. */
  readonly labels?: Spec;
};
export type GaugeDefinition<Spec extends LabelSpec> = Definition<Spec> & {
  /** Called when the page is asked for; the gauge is empty before. */
  readonly read?: (gauge: GaugeOf<Spec>) => void | Promise<void>;
};
export type HistogramDefinition<Spec extends LabelSpec> = Definition<Spec> & { readonly buckets: readonly number[] };

/** Labels come first; a metric without any takes `{}`. */
export type CounterOf<Spec extends LabelSpec> = { add(labels: BoundedLabels<Spec>, count?: number): void };
export type GaugeOf<Spec extends LabelSpec> = { set(labels: BoundedLabels<Spec>, value: number): void };
export type HistogramOf<Spec extends LabelSpec> = { observe(labels: BoundedLabels<Spec>, value: number): void };

export type MetricsOptions = {
  /** Of the process itself: processor, memory, event loop, collections. */
  readonly process: boolean;
  /** A gauge could not be read. */
  readonly onError: (error: unknown) => void;
};

const prefix = 'signalbox_';

/** A registry of its own: two servers in one process (as in tests) do not share figures. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const readers: (() => Promise<void>)[] = [];
  // Who asks while a page is made gets the same one: a crowd of readers costs the database no more than one.
  let page: ReturnType<Metrics['page']> | undefined;
  if (options.process) collectDefaultMetrics({ register: registry, prefix });

  const counter: Metrics['counter'] = ({ name, help, labels }) => {
    assertName(name, ['_total']);
    const bound = boundLabels(labels);
    const made = new Counter({ name: prefix + name, help, labelNames: bound.names, registers: [registry] });
    return { add: (values, count = 1) => made.inc(bound.of(values), count) };
  };
  const unread = counter({
    name: 'metrics_unread_total',
    help: 'Times that a gauge could not be read and was left out.',
    labels: { gauge: { atMost: 100 } },
  });

  const makePage: Metrics['page'] = async () => {
    await Promise.all(readers.map((read) => read()));
    return { contentType: registry.contentType, text: await registry.metrics() };
  };

  return {
    counter,
    gauge({ name, help, labels, read }) {
      assertName(name);
      const bound = boundLabels(labels);
      const made = new Gauge({ name: prefix + name, help, labelNames: bound.names, registers: [registry] });
      const gauge: GaugeOf<NonNullable<typeof labels>> = { set: (values, value) => made.set(bound.of(values), value) };
      // `remove` besides, for `reset` leaves a gauge without labels at 0, and that would be a figure.
      const empty = () => {
        made.reset();
        if (bound.names.length === 0) made.remove();
      };
      if (read) {
        empty();
        readers.push(async () => {
          empty();
          try {
            await read(gauge);
          } catch (error) {
            empty();
            unread.add({ gauge: name });
            options.onError(error);
          }
        });
      }
      return gauge;
    },
    histogram({ name, help, labels, buckets }) {
      assertName(name, ['_seconds', '_bytes']);
      const bound = boundLabels(labels);
      const made = new Histogram({
        name: prefix + name,
        help,
        labelNames: bound.names,
        buckets: [...buckets],
        registers: [registry],
      });
      return { observe: (values, value) => made.observe(bound.of(values), value) };
    },
    page() {
      page ??= makePage().finally(() => {
        page = undefined;
      });
      return page;
    },
  };
}
