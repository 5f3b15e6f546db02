/** A list price of AWS, in US dollars. */
export interface Price {
  readonly dollars: number;
  /** What that much is paid for. */
  readonly per: string;
  /** Where it comes from: `page` was read on a page of that date, `memory` has to be checked before it is relied on. */
  readonly from: "page" | "memory";
}

/** Region and date of the prices. Free tiers, discounts and taxes are left out. */
export const pricesOf = { region: "us-east-1", date: "2026-11" } as const;

const price = (dollars: number, per: string, from: Price["from"]): Price => ({
  dollars,
  per,
  from,
});

/** What is paid for. */
export const prices = {
  writes: price(0.625, "million write units, on demand", "page"),
  reads: price(0.125, "million read units, on demand", "page"),
  storage: price(0.25, "GB and month in DynamoDB", "memory"),
  recovery: price(0.2, "GB and month of point-in-time recovery", "memory"),
  requests: price(1, "million requests of an HTTP API, the first 300 million", "page"),
  moreRequests: price(0.9, "million requests of an HTTP API, beyond", "memory"),
  invocations: price(0.2, "million invocations of Lambda", "memory"),
  gigabyteSeconds: price(0.0000133334, "GB-second of Lambda on ARM", "memory"),
  keys: price(1, "KMS key and month", "page"),
  keyRequests: price(0.03, "10,000 requests of KMS", "memory"),
  busEvents: price(1, "million events put on a bus of EventBridge", "memory"),
  queueRequests: price(0.4, "million requests of SQS", "memory"),
  logs: price(0.5, "GB of logs taken in by CloudWatch", "memory"),
  traces: price(5, "million traces recorded by X-Ray", "memory"),
  metrics: price(0.3, "custom metric and month", "memory"),
  alarms: price(0.1, "alarm and month", "memory"),
  dashboards: price(3, "dashboard and month", "memory"),
  transfer: price(0.09, "GB sent to the internet", "memory"),
} as const satisfies Readonly<Record<string, Price>>;

/** Name of a price. */
export type PriceName = keyof typeof prices;

/** Requests a month after which the HTTP API is cheaper. */
export const requestsTier = 300e6;
