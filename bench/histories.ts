import { randomBytes, randomUUID } from "node:crypto";
import type { Domain } from "../lib/core/domain/domain.ts";
import type { Message } from "../lib/core/domain/message.ts";
import { type BuiltCommit, buildCommit, type CommitFacts } from "../lib/core/log/build-commit.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { emptyStream, type Loaded } from "../lib/core/log/loaded.ts";
import { defaultSnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { Personal } from "../lib/core/personal/personal.ts";
import { Event as AccountEvent } from "../lib/domains/account/account.ts";
import account from "../lib/domains/account/index.ts";
import like from "../lib/domains/like/index.ts";
import { Event as LikeEvent } from "../lib/domains/like/like.ts";
import { depositOf } from "./deposit.ts";

/** As long as a short name and a mail address are once they are sealed. */
const sealedBytes = 60;

const factsFor = (actor: string): CommitFacts => ({
  id: randomBytes(16),
  time: new Date().toISOString(),
  actor,
  correlationId: randomUUID(),
  causationId: randomUUID(),
  subjects: [actor],
});

/** The next commit of a stream, one event in it, as a command would have made it. */
const commitAfter = (domain: Domain, before: Loaded, event: Message, actor: string): BuiltCommit =>
  buildCommit(domain, before, [event], factsFor(actor), defaultSnapshotPolicy);

const accountEvent = (version: number, ownerId: string): Message => {
  if (version > 1) return AccountEvent.MoneyDeposited({ ...depositOf(version) });
  const sealed = () => Personal.sealed<string>(randomBytes(sealedBytes));
  const owner = { name: sealed(), email: sealed() };
  return AccountEvent.AccountOpened({ owner, ownerId, currency: "EUR", initialBalance: 0 });
};

/** An account before its first commit. */
export const unopened = (id: string): Loaded => emptyStream(account, `account-${id}`);

/** The next commit of an account of the owner's: the opening, then deposits. */
export const nextOfAccount = (before: Loaded, owner: string): BuiltCommit =>
  commitAfter(account, before, accountEvent(before.version + 1, owner), owner);

const historyOf = (
  start: Loaded,
  length: number,
  next: (before: Loaded) => BuiltCommit,
): readonly Commit[] => {
  let before = start;
  return Array.from({ length }, () => {
    const { commit, loaded } = next(before);
    before = loaded;
    return commit;
  });
};

/** The first commits of an account of the owner's, one event in each. */
export const accountHistory = (id: string, owner: string, length: number): readonly Commit[] =>
  historyOf(unopened(id), length, (before) => nextOfAccount(before, owner));

/** The first commits of what a user thinks of a post: they like it, and change their mind with each commit. */
export const likeHistory = (post: string, user: string, length: number): readonly Commit[] =>
  historyOf(emptyStream(like, `like-${post}.${user}`), length, (before) => {
    const event = before.version % 2 === 0 ? LikeEvent.PostLiked : LikeEvent.PostUnliked;
    return commitAfter(like, before, event({ post, user }), user);
  });
