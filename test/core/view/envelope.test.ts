import { describe, expect, test } from "vitest";
import { viewEvents } from "../../../lib/core/view/envelope.ts";
import account from "../../../lib/domains/account/index.ts";
import { sampleCommit } from "../../sample-commit.ts";

describe("the events of a commit", () => {
  const deposit = { type: "MoneyDeposited", schema: 2, data: { amount: 5, currency: "EUR" } };
  const old = { type: "MoneyDeposited", schema: 1, data: { amount: 1.05 } };
  const commit = sampleCommit("account-a-1", sampleCommit("account-a-1"), {
    events: [deposit, old],
    actor: "bob",
    owner: "ann",
    people: ["ann", "cleo"],
  });

  test("are seen with where, when and by whom they happened", () => {
    const at = { stream: "account-a-1", id: "a-1", time: commit.time, actor: "bob", owner: "ann" };
    expect(viewEvents(account, commit)).toMatchObject([
      { at: { ...at, version: 2 }, event: { type: "MoneyDeposited" } },
      { at: { ...at, version: 3 }, event: { type: "MoneyDeposited" } },
    ]);
  });

  test("are seen in today's shape, whatever the shape of their own day", () => {
    const data = viewEvents(account, commit).map(({ event }) => event.data);
    expect(data).toEqual([
      { amount: 5, currency: "EUR" },
      { amount: 105, currency: "USD" },
    ]);
  });

  test("have no owner when their stream has none", () => {
    const [first] = viewEvents(
      account,
      sampleCommit("account-a", undefined, { events: [deposit] }),
    );
    expect(first?.at.owner).toBeUndefined();
  });

  test("are refused when their type is unknown", () => {
    const odd = sampleCommit("account-a", undefined, { events: [{ ...deposit, type: "Odd" }] });
    expect(() => viewEvents(account, odd)).toThrow("Odd");
  });
});
