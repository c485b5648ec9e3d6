// Is a server on this machine, by its address alone? Paths of this machine mean something to that one only.

export function isLoopback(url: string): boolean {
  const name = new URL(url).hostname;
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d+){3}$/.test(name);
}
