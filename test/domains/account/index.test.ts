import { beforeEach, describe, expect, test } from "vitest";
import { mayCommand, mayRead } from "../../../lib/core/domain/access.ts";
import { subjectOf } from "../../../lib/core/domain/domain.ts";
import { buildCommit } from "../../../lib/core/log/build-commit.ts";
import { load } from "../../../lib/core/log/load.ts";
import { defaultSnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import { showDocument } from "../../../lib/core/view/document-view.ts";
import { Command, Event } from "../../../lib/domains/account/account.ts";
import accounts from "../../../lib/domains/account/index.ts";
import { createCommandProcess, refusalOf } from "../../command-process.ts";

const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });
const owner = { name: "Ann", email: "ann@example.org" };
const opening = (initialBalance = 0, currency = "USD") =>
  Command.parse("Open", { owner, currency, initialBalance });

const facts = {
  id: new Uint8Array(16),
  time: "2026-11-01T12:00:00.000Z",
  actor: "eve",
  correlationId: "correlation",
  causationId: "causation",
  subjects: [],
};

let process: ReturnType<typeof createCommandProcess>;
const loaded = (id: string) => load(accounts, process.store, `account-${id}`, { consistent: true });
const balanceOf = async (id: string): Promise<unknown> => Object((await loaded(id)).state).balance;
const transfer = (from: string, to: string, amount: number) => {
  const { transfer: route } = accounts.routes;
  if (!route || typeof route === "string") throw new Error("A transfer takes several steps.");
  return process.sendSteps(route.steps(from, { to, amount }));
};

beforeEach(async () => {
  process = createCommandProcess({ domain: accounts });
  await process.send("a", opening(500));
  await process.send("b", opening(100), { by: "ben" });
});

describe("a transfer", () => {
  test("moves money to anyone's open account, both or neither", async () => {
    expect(await transfer("a", "b", 200)).toMatchObject({
      streams: [
        { stream: "account-a", events: [{ type: "TransferSent", version: 2 }] },
        { stream: "account-b", events: [{ type: "TransferReceived", version: 2 }] },
      ],
    });
    expect([await balanceOf("a"), await balanceOf("b")]).toEqual([300, 300]);
  });

  test.each([
    ["more than the balance", "b", 501, "insufficient-funds"],
    ["to the same account", "a", 1, "same-account"],
    ["to an account that was never opened", "z", 1, "account-not-open"],
  ])("moves nothing: %s", async (_, to, amount, code) => {
    expect(await refusalOf(transfer("a", to, amount))).toMatchObject({ facts: { code } });
    expect([await balanceOf("a"), await balanceOf("b")]).toEqual([500, 100]);
  });

  test("moves nothing to an account in another currency", async () => {
    await process.send("e", opening(0, "EUR"), { by: "eve" });
    const refusal = await refusalOf(transfer("a", "e", 1));
    expect(refusal).toMatchObject({ facts: { code: "currency-mismatch" } });
    expect(refusal.message).toBe("Account e holds EUR, not USD.");
    expect([await balanceOf("a"), await balanceOf("e")]).toEqual([500, 0]);
  });

  test("moves nothing to a closed account", async () => {
    await process.send("c", opening(), { by: "cid" });
    await process.send("c", Command.Close({}), { by: "cid" });
    expect(await refusalOf(transfer("a", "c", 1))).toMatchObject({
      facts: { code: "account-closed" },
    });
    expect(await balanceOf("a")).toBe(500);
  });

  test("moves nothing that the receiver could not count", async () => {
    await process.send("r", opening(0), { by: "eve" });
    let receiver = await loaded("r");
    const most = 1_000_000_000_000;
    const deposits = (count: number, amount: number) =>
      Array.from({ length: count }, () => Event.MoneyDeposited({ amount, currency: "USD" }));
    const batches = Array.from({ length: 9 }, () => deposits(1000, most));
    const whole = 9000 * most;
    const rest = Number.MAX_SAFE_INTEGER - whole;
    for (const batch of [
      ...batches,
      deposits(Math.floor(rest / most), most),
      deposits(1, rest % most),
    ]) {
      const built = buildCommit(accounts, receiver, batch, facts, defaultSnapshotPolicy);
      expect(await process.store.append([built.commit])).toEqual({ outcome: "written" });
      receiver = built.loaded;
    }
    expect(await balanceOf("r")).toBe(Number.MAX_SAFE_INTEGER);
    expect(await refusalOf(transfer("a", "r", 1))).toMatchObject({
      facts: { code: "amount-too-large" },
    });
    expect(await balanceOf("a")).toBe(500);
  });

  test("is refused to whoever does not own the sending account", async () => {
    expect(await refusalOf(transfer("b", "a", 1))).toMatchObject({ kind: "forbidden" });
  });

  test("does not take what is no transfer", () => {
    const { transfer: route } = accounts.routes;
    if (!route || typeof route === "string") throw new Error("A transfer takes several steps.");
    expect(() => route.steps("a", { to: "b c", amount: 1 })).toThrow();
    expect(() => route.steps("a", { to: "b", amount: 1, memo: "x" })).toThrow();
  });
});

describe("who may what with an account", () => {
  const commands = ["Open", "Deposit", "Withdraw", "SendTransfer", "Close"] as const;

  test.each(commands)("%s: its owner, and no stranger", async (type) => {
    const subject = subjectOf(accounts, (await loaded("a")).state);
    const roles = accounts.allow[type] ?? [];
    expect(mayCommand(roles, callerNamed("ann"), subject)).toBe(true);
    expect(mayCommand(roles, callerNamed("ben"), subject)).toBe(false);
  });

  test("read: its owner, and no stranger", async () => {
    const subject = subjectOf(accounts, (await loaded("a")).state);
    expect(mayRead(accounts.readers, callerNamed("ann"), subject)).toBe(true);
    expect(mayRead(accounts.readers, callerNamed("ben"), subject)).toBe(false);
  });

  test("receiving is nobody's to ask for: it has no route", () => {
    const reachable = Object.values(accounts.routes).filter((route) => typeof route === "string");
    expect(reachable).not.toContain("ReceiveTransfer");
    expect(Object.keys(accounts.routes)).toEqual([
      "open",
      "deposit",
      "withdraw",
      "transfer",
      "close",
    ]);
  });

  test("opening what somebody else has opened is forbidden, not a rejection", async () => {
    expect(await refusalOf(process.send("b", opening(100)))).toMatchObject({ kind: "forbidden" });
  });

  test("an admin who opens an account becomes its owner", async () => {
    await process.send("x", opening(), { by: "adam", admin: true });
    expect(subjectOf(accounts, (await loaded("x")).state).owner).toBe("adam");
  });
});

describe("the document of an account", () => {
  test("shows what the contract names, and nothing else", async () => {
    await process.send("a", Command.Deposit({ amount: 7 }));
    expect(showDocument(accounts, "a", await loaded("a"))).toEqual({
      id: "a",
      version: 2,
      owner: { name: expect.anything(), email: expect.anything() },
      ownerId: "ann",
      currency: "USD",
      balance: 507,
      status: "open",
      totalDeposits: 7,
      openedAt: "2026-11-01T12:00:00.000Z",
    });
  });

  test("is a VIP's once deposits exceed 10,000.00, by currency and sum", async () => {
    const vip = async () => accounts.index?.((await loaded("a")).state).vips;
    expect(await vip()).toBeUndefined();
    await process.send("a", Command.Deposit({ amount: 1_000_000 }));
    expect(await vip()).toBeUndefined();
    await process.send("a", Command.Deposit({ amount: 1 }));
    expect(await vip()).toEqual({ partition: "USD", sort: 1_000_001 });
    expect(accounts.index?.(null).vips).toBeUndefined();
  });
});
