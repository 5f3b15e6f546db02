import { type Stage, untilDone } from "./stage.ts";

/** A person who asks to be forgotten. */
export const playErasure = async (stage: Stage): Promise<void> => {
  const { tell, sees, refused, subOf } = stage;
  const eve = stage.actor("eve");
  const id = `eve-${stage.run}`;
  stage.scene("People: forgotten for good");
  const owner = { name: "Eve", email: "eve@example.com" };
  await eve.accounts.open(id, { owner, currency: "USD", initialBalance: 700 });
  tell("Eve opens an account: her name is sealed under a key of her own, wherever it is stored.");
  const before = await eve.accounts.integrity(id);
  const erasure = await eve.people.erase(subOf("eve"));
  tell(`She asks to be forgotten. Her key is destroyed on ${erasure.keyDestroyedAt.slice(0, 10)}.`);
  const document = await eve.accounts.get(id);
  sees("Her name is gone; the account and its money are still there.", document, {
    owner: { name: null, email: null },
    erased: true,
    balance: 700,
  });
  const { items } = await eve.accounts.history(id);
  sees("Her history has kept its shape.", items, [{ version: 1, type: "AccountOpened" }]);
  const after = await eve.accounts.integrity(id);
  sees("Not a byte of the log has changed: its hash is the same.", after, before);
  await eve.accounts.withdraw(id, { amount: 700 });
  await eve.accounts.close(id);
  tell("The account can still be settled and closed.");
  const back = eve.accounts.open(`${id}-2`, { owner, currency: "USD" });
  await refused("Nothing personal is taken of her again.", back, "410");
};

/** A view that is built again while it serves. */
export const playRebuild = async (stage: Stage): Promise<void> => {
  const { tell, sees, subOf } = stage;
  const root = stage.actor("root", ["admin"]);
  stage.scene("Operations: a view is built again while it serves");
  const id = `alice-${stage.run}`;
  const { items } = await root.accounts.history(id);
  root.writes.note(`account-${id}@${items.length}`);
  const ask = { user: subOf("alice") };
  const before = await root.view("balances", ask);
  const { generation } = await root.admin.rebuild("balances");
  tell(`An admin has the balances rebuilt: generation ${generation} is filled from the log.`);
  sees("Meanwhile readers see what they saw.", await root.view("balances", ask), before);
  const balances = async () =>
    (await root.admin.views()).items.find(({ name }) => name === "balances");
  const isOver = (view: Awaited<ReturnType<typeof balances>>): boolean =>
    view?.generation === generation || view?.rebuild?.status === "failed";
  const done = await untilDone(balances, isOver);
  const { streams = 0, events = 0 } = done?.rebuild ?? {};
  sees(
    `Generation ${generation} serves now, made of ${events} events in ${streams} streams.`,
    done,
    {
      generation,
      rebuild: { status: "done" },
    },
  );
  sees("It shows the same.", await root.view("balances", ask), before);
};

/** The log, its snapshots and all views, compared. */
export const playAudit = async (stage: Stage): Promise<void> => {
  const { tell, sees } = stage;
  const root = stage.actor("root", ["admin"]);
  stage.scene("Operations: does everything agree?");
  await root.admin.startAudit();
  tell(
    "An admin has the whole log walked: versions, hashes, snapshots, and every row of every view.",
  );
  const report = await untilDone(
    () => root.admin.audit(),
    ({ status }) => status === "done",
  );
  const { streams, events } = report;
  sees(`${events} events in ${streams} streams: no problem found.`, report, {
    status: "done",
    ok: true,
    problems: [],
  });
};
