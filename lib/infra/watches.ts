import { keyWatches, logWatches } from "./log-and-key-watches.ts";
import { type Signals, total } from "./signals.ts";
import type { Watch } from "./watch.ts";

const readSide = ({ props }: Signals): readonly Watch[] => {
  const { projector, publisher } = props.consumers;
  const gaveUp = (name: string) => `Lambda gave up batches of the log for the ${name}.`;
  return [
    {
      id: "DeadLetters",
      runbook: "dead-letters",
      says: "Work of the read side failed too often and waits to be redriven.",
      metric: props.workQueue.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: "Maximum",
      }),
      above: 0,
    },
    {
      id: "ProjectorFailures",
      runbook: "failed-batches",
      says: `${gaveUp("projector")} Their streams were queued for catching up.`,
      metric: total("Failed batches", [
        projector.failedBatches,
        projector.function.metric("DestinationDeliveryFailures", { statistic: "Sum" }),
      ]),
      above: 0,
    },
    {
      id: "PublisherFailures",
      runbook: "failed-batches",
      says: `${gaveUp("publisher")} Their events were queued to be published.`,
      metric: total("Failed batches", [
        publisher.failedBatches,
        publisher.function.metric("DestinationDeliveryFailures", { statistic: "Sum" }),
      ]),
      above: 0,
    },
  ];
};

const lags = (signals: Signals): readonly Watch[] => [
  ...(["projector", "publisher"] as const).map((name): Watch => {
    const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}IteratorAge`;
    const says = `The ${name} has been more than 5 minutes behind the log for 15 minutes.`;
    const metric = signals.iteratorAge(name);
    return { id, runbook: "iterator-age", says, metric, above: 300_000, periods: 3 };
  }),
  {
    id: "ViewLag",
    runbook: "view-lag",
    says: "Commits have taken more than a minute to reach the views for 15 minutes.",
    metric: signals.own("projector", "ViewLag", "p99"),
    above: 60_000,
    periods: 3,
  },
];

const functions = (signals: Signals): readonly Watch[] => {
  const { http, background } = signals.props;
  const groups = [
    { id: "Http", what: "A function that answers requests", members: [...http] },
    { id: "Background", what: "A function in the background", members: [...background] },
  ];
  return groups.flatMap(({ id, what, members }): Watch[] => [
    {
      id: `${id}Errors`,
      runbook: "function-errors",
      says: `${what} has failed: ${members.map(([name]) => name).join(", ")}.`,
      metric: total(
        "Errors",
        members.map(([label, fn]) => fn.metricErrors({ label })),
      ),
      above: 0,
    },
    {
      id: `${id}Throttles`,
      runbook: "throttles",
      says: `${what} was kept from running: the account's concurrency is used up.`,
      metric: total(
        "Throttles",
        members.map(([label, fn]) => fn.metricThrottles({ label })),
      ),
      above: 0,
      periods: 2,
    },
  ]);
};

const requests = (signals: Signals): readonly Watch[] => {
  const { http } = signals.props.api;
  return [
    {
      id: "ApiErrors",
      runbook: "api-errors",
      says: "More than one request in a hundred was answered with a fault for 10 minutes.",
      metric: http.metricServerError({ statistic: "Average" }),
      above: 0.01,
      periods: 2,
    },
    {
      id: "ApiLatency",
      runbook: "api-latency",
      says: "One answer in a hundred took more than 3 seconds for 15 minutes.",
      metric: http.metricLatency({ statistic: "p99" }),
      above: 3_000,
      periods: 3,
    },
    {
      id: "ApiThrottles",
      runbook: "throttles",
      says: "Requests came faster than the API takes them, and were answered with 429.",
      metric: signals.tooMany,
      above: 100,
      periods: 2,
    },
    {
      id: "ConflictRate",
      runbook: "conflict-rate",
      says: "More than one command in a hundred gave up on a contended stream for 10 minutes.",
      metric: signals.conflictRate,
      above: 1,
      periods: 2,
    },
  ];
};

/** Everything that is watched in a stage; `tampering` is the name of the rule that matches strange calls of KMS. */
export const watchesOf = (signals: Signals, tampering: string): readonly Watch[] => [
  ...readSide(signals),
  ...lags(signals),
  ...functions(signals),
  ...requests(signals),
  ...logWatches(signals),
  ...keyWatches(signals, tampering),
];
