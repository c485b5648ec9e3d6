// What a change of a configuration changes: lanes that come, lanes that go, and fields of those that stay.
import { type Static, Type } from 'typebox';
import { oneOf } from '../words.ts';
import { Count } from './basics.ts';

const place = {
  file: Type.String(),
  line: Type.Integer({ minimum: 1 }),
  column: Type.Integer({ minimum: 1 }),
  excerpt: Type.String({ description: 'The line itself.' }),
};
const lanes = Type.Array(Type.String());

export const LaneGroup = Type.Object({ job: Type.String({ description: 'The key under `jobs:`.' }), lanes, ...place });
export type LaneGroup = Static<typeof LaneGroup>;

export const FieldChange = Type.Object({
  field: Type.String({ description: 'As in the configuration: `pool`, `env.CC`, `steps[0].script`.' }),
  before: Type.Unknown({ description: 'null: there was none.' }),
  after: Type.Unknown({ description: 'null: there is none now.' }),
  side: oneOf(['before', 'after'], 'Where the line that changed it stands.'),
  ...place,
});
export type FieldChange = Static<typeof FieldChange>;

export const ChangedLanes = Type.Object({
  lanes: Type.Array(Type.String(), { description: 'All that change in the same way.' }),
  changes: Type.Array(FieldChange),
});
export type ChangedLanes = Static<typeof ChangedLanes>;

/** Minutes of workers if every lane ran once, by how long each usually takes on the branch. */
export const ConfigCost = Type.Object({
  beforeMinutes: Type.Number(),
  afterMinutes: Type.Number(),
  estimated: Count,
  unknown: Count,
});
export type ConfigCost = Static<typeof ConfigCost>;

export const ConfigDiff = Type.Object({
  before: Type.Integer({ minimum: 0, description: 'Lanes in all.' }),
  after: Type.Integer({ minimum: 0 }),
  added: Type.Array(LaneGroup),
  removed: Type.Array(LaneGroup),
  changed: Type.Array(ChangedLanes),
  moreChanged: Type.Integer({ minimum: 0, description: 'Lanes that change too, in further ways that are not listed.' }),
});
export type ConfigDiff = Static<typeof ConfigDiff>;

/** Of a push against the commit before it on its branch. */
export const PushConfigDiff = Type.Object({
  diff: Type.Union([ConfigDiff, Type.Null()]),
  cost: Type.Union([ConfigCost, Type.Null()]),
  note: Type.Union([Type.String(), Type.Null()], { description: 'Why there is none; one sentence.' }),
});
export type PushConfigDiff = Static<typeof PushConfigDiff>;

export const LaneDurations = Type.Object({
  items: Type.Array(
    Type.Object({ name: Type.String(), usualSeconds: Type.Number({ description: 'Median of its last passed runs.' }) }),
  ),
});
export type LaneDurations = Static<typeof LaneDurations>;
