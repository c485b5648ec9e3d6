// The part of JSON Schema that the configuration's schema uses, and no more: `check-value.ts` reads all of it.

export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';

export type Schema = {
  /** What the value is, as a message says it after "must be": `a duration such as 30s`. */
  readonly title: string;
  /** What it is for. Editors show it; the reference is made from it. */
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  /** What the pattern or the bounds ask for, in words; editors that know the keyword show it too. */
  readonly patternErrorMessage?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false | Schema;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
};
