// telemetry: what a process says about itself: a log and metrics.
export { defineGroundMetrics, type GroundMetrics } from './ground-metrics.ts';
export { createLog, type Log, type LogLevel, type LogSettings, type LogTarget, logLevels } from './log.ts';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';
