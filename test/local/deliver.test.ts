import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { beforeEach, describe, expect, test } from "vitest";
import { type DeliveryOptions, type Discarded, deliver } from "../../local/deliver.ts";

type Answer = (numbers: readonly string[]) => unknown;

let calls: string[][];
let discarded: Discarded[];
let stopping: AbortController;

beforeEach(() => {
  calls = [];
  discarded = [];
  stopping = new AbortController();
});

const record = (number: number): DynamoDBRecord => ({
  dynamodb: { SequenceNumber: String(number) },
});
const batch = (...numbers: readonly number[]) => numbers.map(record);
const numbersOf = (records: readonly DynamoDBRecord[]): string[] =>
  records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? "");

const failAt = (...numbers: readonly unknown[]) => ({
  batchItemFailures: numbers.map((itemIdentifier) => ({ itemIdentifier })),
});

const options = (answer: Answer, more: Partial<DeliveryOptions> = {}): DeliveryOptions => ({
  function: {
    name: "fake",
    timeoutMs: 5_000,
    handler: async (event) => {
      const numbers = numbersOf((event as DynamoDBStreamEvent).Records);
      calls.push(numbers);
      return answer(numbers);
    },
  },
  retriesMax: 2,
  backoffMs: 1,
  backoffMaxMs: 2,
  onDiscard: async (given) => {
    discarded.push(given);
  },
  signal: stopping.signal,
  ...more,
});

const discardedNumbers = () => discarded.map(({ records }) => numbersOf(records));

describe("a function that takes everything", () => {
  test.each([undefined, null, {}, { batchItemFailures: [] }, { batchItemFailures: null }])(
    "is called once (answer %j)",
    async (answer) => {
      await deliver(
        options(() => answer),
        batch(1, 2, 3),
      );
      expect(calls).toEqual([["1", "2", "3"]]);
      expect(discarded).toEqual([]);
    },
  );
});

describe("a function that reports failures", () => {
  test("is called again from the lowest failed record on", async () => {
    const answers = [failAt("4", "3"), undefined];
    await deliver(
      options(() => answers.shift()),
      batch(1, 2, 3, 4, 5),
    );
    expect(calls).toEqual([
      ["1", "2", "3", "4", "5"],
      ["3", "4", "5"],
    ]);
  });

  test("loses nothing of a batch out of order: what follows the failed place comes again", async () => {
    const answers = [failAt("5"), undefined];
    await deliver(
      options(() => answers.shift()),
      batch(1, 5, 3, 4),
    );
    expect(calls[1]).toEqual(["5", "3", "4"]);
  });

  test.each([[""], [null], ["99"], [undefined]])(
    "fails whole for the identifier %j",
    async (id) => {
      const answers = [failAt("3", id), undefined];
      await deliver(
        options(() => answers.shift()),
        batch(1, 2, 3),
      );
      expect(calls).toEqual([
        ["1", "2", "3"],
        ["1", "2", "3"],
      ]);
    },
  );

  test("gives up what is left after its repeats, and counts anew once it gets further", async () => {
    const answers = [failAt("1"), failAt("1"), failAt("2"), failAt("2"), failAt("2"), failAt("2")];
    await deliver(
      options(() => answers.shift()),
      batch(1, 2, 3),
    );
    expect(calls).toHaveLength(5);
    expect(discardedNumbers()).toEqual([["2", "3"]]);
  });
});

describe("a function that throws", () => {
  const poison: Answer = (numbers) => {
    if (numbers.includes("3")) throw new Error("3 is poison");
    return undefined;
  };

  test("has its batch halved until only the record that fails is given up, with the reason", async () => {
    await deliver(options(poison), batch(1, 2, 3, 4, 5));
    expect(discarded).toEqual([{ reason: "3 is poison", records: batch(3) }]);
    const taken = calls.filter((numbers) => !numbers.includes("3")).flat();
    expect(taken).toEqual(["1", "2", "4", "5"]);
    expect(calls.filter((numbers) => numbers.join() === "3")).toHaveLength(3);
  });

  test("is not given up while repeats are left", async () => {
    let failures = 2;
    const flaky = () => {
      failures -= 1;
      if (failures >= 0) throw new Error("not yet");
    };
    await deliver(options(flaky), batch(1));
    expect(calls).toHaveLength(3);
    expect(discarded).toEqual([]);
  });

  test("has failed as well when it takes longer than its time limit", async () => {
    const { function: quick, ...rest } = options(() => new Promise(() => undefined), {
      retriesMax: 0,
    });
    await deliver({ ...rest, function: { ...quick, timeoutMs: 20 } }, batch(1));
    expect(discarded[0]?.reason).toBe("Task timed out after 0.02 seconds");
  });
});

test("a failure destination that fails is asked again, and nothing is lost", async () => {
  let refusals = 2;
  const onDiscard = async (given: Discarded) => {
    refusals -= 1;
    if (refusals >= 0) throw new Error("disk full");
    discarded.push(given);
  };
  const failing = () => failAt("1");
  await deliver(options(failing, { onDiscard, retriesMax: 0 }), batch(1, 2));
  expect(discardedNumbers()).toEqual([["1", "2"]]);
});

test("stopping ends the repeats and settles nothing", async () => {
  const failing = () => {
    stopping.abort();
    throw new Error("still failing");
  };
  await expect(deliver(options(failing), batch(1))).rejects.toThrow(/abort/i);
  expect(discarded).toEqual([]);
});
