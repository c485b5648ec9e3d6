// Looks for error lines in the logs of a run while they are written, and stops when it has enough of a step or has taken too long.
import { type AddedPattern, type ErrorPatternSpec, literalsOf } from '@signalbox/protocol/browser';
import { addedPatterns } from './error-expression.ts';
import { FormSearch } from './form-search.ts';
import { StepErrors } from './step-errors.ts';

export type ErrorWatchOptions = {
  /** What the repository adds to the built-in patterns. */
  readonly patterns: readonly ErrorPatternSpec[];
  /** Lines of each step. */
  readonly most: number;
  /** For the whole run. */
  readonly seconds: number;
};

/** The built-in patterns are the same for all runs, and their table is large. */
let builtIn: FormSearch | null = null;

export class ErrorWatch {
  readonly #options: ErrorWatchOptions;
  readonly #added: readonly AddedPattern[];
  readonly #search: FormSearch;
  #spentMillis = 0;

  constructor(options: ErrorWatchOptions) {
    this.#options = options;
    this.#added = addedPatterns(options.patterns);
    builtIn ??= new FormSearch(bytesOf(literalsOf()));
    // A comparison of all texts with all others costs a millisecond: most runs need none.
    this.#search = this.#added.length > 0 ? builtIn.with(bytesOf(literalsOf(this.#added))) : builtIn;
  }

  step(step: number): StepErrors {
    const { most, seconds } = this.#options;
    return new StepErrors({
      step,
      most,
      search: this.#search,
      added: this.#added,
      isTooLate: (sinceMillis) => this.#spentMillis + performance.now() - sinceMillis > seconds * 1_000,
      spend: (millis) => {
        this.#spentMillis += millis;
      },
    });
  }
}

const bytesOf = (texts: readonly string[]) => texts.map((text) => Buffer.from(text));
