import type { Host, User } from "./host.ts";
import type { Reply } from "./http.ts";

/** Ann, who owns a stream of each kind; Dan, who drives her; Eve, a stranger; and those with a role. */
export interface Town {
  readonly ann: User;
  readonly dan: User;
  readonly eve: User;
  readonly root: User;
  readonly aud: User;
}

/** What opens an account. */
export const opening = (initialBalance = 0, currency = "USD") => ({
  owner: { name: "Ann Smith", email: "ann@example.org" },
  currency,
  initialBalance,
});

/** Fails loudly when a step of a story did not succeed. */
export const must = async (sent: Promise<Reply>): Promise<Reply> => {
  const reply = await sent;
  if (reply.status < 300) return reply;
  throw new Error(`It was refused with ${reply.status}: ${reply.text}`);
};

/** The users of a town, without anything of theirs. */
export const meet = async (host: Host): Promise<Town> => ({
  ann: await host.as("ann"),
  dan: await host.as("dan"),
  eve: await host.as("eve"),
  root: await host.as("root", "admin"),
  aud: await host.as("aud", "auditor"),
});

/** Gives Ann a stream in each domain, all with the id "a", and waits until the views show them. */
export const settle = async (host: Host): Promise<Town> => {
  const town = await meet(host);
  const { ann, dan, root } = town;
  await must(ann.post("/accounts/a/open", opening(1_000)));
  await must(ann.post("/accounts/a/deposit", { amount: 500 }));
  await must(ann.post("/accounts/a/withdraw", { amount: 200 }));
  await must(ann.post("/rides/a/book", { pickup: "Home", destination: "Work" }));
  await must(root.post("/rides/a/assign", { driver: dan.sub }));
  await must(ann.post("/posts/a/like"));
  await must(ann.post("/carts/a/add", { sku: "tea", quantity: 3, price: 350 }));
  await must(ann.post("/carts/a/remove", { sku: "tea", quantity: 1 }));
  await must(ann.post("/playbacks/a/start", { position: 90 }));
  await must(ann.post("/documents/a/create", { title: "Plan", body: "one\n" }));
  await must(ann.post("/documents/a/edit", { body: "one\ntwo\n", message: "More" }));
  await host.system.idle();
  return town;
};
