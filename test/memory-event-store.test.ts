import { describeEventStore } from "./contracts/event-store.ts";
import { createMemoryEventStore } from "./memory-event-store.ts";

describeEventStore("the log in memory", () => {
  const store = createMemoryEventStore();
  return { store, records: store.records };
});
