// What is known of the world that a configuration is held against. What nobody knows is not checked, and that is said.

export type Facts = {
  /** Workers that serve each pool, those included that are away now. */
  readonly pools?: ReadonlyMap<string, number> | undefined;
  /** Names of the secrets of the repository. */
  readonly secrets?: ReadonlySet<string> | undefined;
  /** Branches that are there. */
  readonly branches?: readonly string[] | undefined;
  /** Every file of the tree, from its top, with forward slashes. */
  readonly paths?: readonly string[] | undefined;
};
