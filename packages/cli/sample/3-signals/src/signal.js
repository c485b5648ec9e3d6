// A signal at the beginning of a route: green only for the train that it was set for.

export function createSignal() {
  let colour = 'red';
  return {
    get colour() {
      return colour;
    },
    clear() {
      colour = 'green';
    },
    /** A train has passed it. */
    passed() {
      colour = 'red';
    },
  };
}
