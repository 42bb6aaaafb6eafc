export * from './modelops.service';
export type * from './types';
export { isFinal, isTransient, type WatchTiming } from './watch-job';
