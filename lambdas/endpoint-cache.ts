/**
 * Knows of no endpoints. In bundles this stands in for the SDK's module of the same export, where a client would keep
 * endpoints that it has discovered: those of functions discover none.
 */
export class EndpointCache {
  /** No endpoint takes the place of the client's own. */
  getEndpoint(): undefined {
    return undefined;
  }

  /** Keeps nothing. */
  set(): void {}
}
