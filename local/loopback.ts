/** True for a name that leads to this machine and no other, as it stands in a URL. */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);

/**
 * True when a request was sent to this machine by one of its own names. A page on another name that was made to lead
 * here (DNS rebinding) is told apart by nothing else: to its browser we are that page's own server.
 */
export const isForThisMachine = (host: string | undefined): boolean =>
  isLoopback((host ?? "").replace(/:\d{1,5}$/, ""));
