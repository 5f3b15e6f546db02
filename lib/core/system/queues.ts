/**
 * A queue as data: the CDK stack, the local host and the functions all read this one definition.
 */
export interface QueueDefinition {
  /** Logical name, kebab-case. */
  readonly name: string;
  /** Seconds for which a received message is hidden; longer than its consumer may run. */
  readonly visibilitySeconds: number;
  /** Times a message is received before it becomes a dead letter. */
  readonly receivesMax: number;
  /** Logical name of the queue that takes what was given up. */
  readonly deadLetters: string;
}

/** Work that is put off: catching up, rebuilding, sweeping, auditing, publishing what the bus lacks. */
export const workQueue: QueueDefinition = {
  name: "work",
  visibilitySeconds: 900,
  receivesMax: 5,
  deadLetters: "work-dead-letters",
};

/**
 * Seconds after which a message that failed is received again: doubled from 2 on, up to a minute. After its last receive
 * it is not held back, for the queue gives it up only when it would hand it out once more.
 */
export const retryDelaySeconds = (receives: number): number =>
  receives >= workQueue.receivesMax ? 0 : Math.min(60, 2 ** Math.max(1, receives));
