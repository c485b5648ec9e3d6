// Sets routes through the junction. Two routes that share a piece of track are never set at once.

export function createJunction() {
  const taken = new Map();
  return {
    /** Returns whether the route could be set. */
    set(name, track) {
      if (track.some((piece) => taken.has(piece))) return false;
      for (const piece of track) taken.set(piece, name);
      return true;
    },
    release(name) {
      for (const [piece, owner] of taken) if (owner === name) taken.delete(piece);
    },
  };
}
