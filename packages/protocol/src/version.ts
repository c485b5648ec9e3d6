// The one version that server, worker and command say. It equals the packages' version (a test holds them together).
export const version = '0.1.0';
