import { expectTypeOf, test } from "vitest";
import type { Client } from "../../lib/client/client.ts";
import type { CodeOf, DocumentOf, EventOf, Page } from "../../lib/client/shapes.ts";
import type { ViewAnswer, ViewName, ViewRequest } from "../../lib/client/views.ts";
import type account from "../../lib/domains/account/index.ts";
import type document from "../../lib/domains/document/index.ts";
import type like from "../../lib/domains/like/index.ts";
import type playback from "../../lib/domains/playback/index.ts";
import type ride from "../../lib/domains/ride/index.ts";

type Api = Client<{
  accounts: typeof account;
  documents: typeof document;
  playbacks: typeof playback;
  posts: typeof like;
  rides: typeof ride;
}>;
type Body<F extends (...given: never) => unknown> = Parameters<F>[1];
type Answer<F extends (...given: never) => unknown> = Awaited<ReturnType<F>>;

// The compiler is the test: these fail in `npm run types`.

test("a command takes what its domain declares, personal values in clear", () => {
  expectTypeOf<Body<Api["accounts"]["open"]>>().toEqualTypeOf<{
    owner: { name: string; email: string };
    currency: string;
    initialBalance?: number | undefined;
  }>();
  expectTypeOf<Body<Api["accounts"]["transfer"]>>().toEqualTypeOf<{ to: string; amount: number }>();
  expectTypeOf<keyof Api["posts"]>().toEqualTypeOf<"like" | "unlike">();
});

test("a body may be left out where an empty one would do, and only there", () => {
  expectTypeOf<[id: string]>().toExtend<Parameters<Api["accounts"]["close"]>>();
  expectTypeOf<[id: string]>().toExtend<Parameters<Api["playbacks"]["start"]>>();
  expectTypeOf<[id: string]>().not.toExtend<Parameters<Api["accounts"]["deposit"]>>();
});

test("a document is what its domain shows, opened", () => {
  expectTypeOf<DocumentOf<typeof ride>>().toEqualTypeOf<{
    readonly id: string;
    readonly version: number;
    readonly erased?: true;
    readonly status: "requested" | "assigned" | "started" | "completed" | "cancelled";
    readonly rider: string;
    readonly driver: string | null;
    readonly pickup: string | null;
    readonly destination: string | null;
    readonly fare: number | null;
    readonly currency: string | null;
    readonly bookedAt: string;
  }>();
  expectTypeOf<Answer<Api["rides"]["get"]>>().toEqualTypeOf<DocumentOf<typeof ride>>();
  expectTypeOf<DocumentOf<typeof playback>>().toHaveProperty("title").toEqualTypeOf<string>();
});

test("an event tells by its type what its data is", () => {
  type Deposited = Extract<EventOf<typeof account>, { type: "MoneyDeposited" }>;
  expectTypeOf<Deposited["data"]["amount"]>().toEqualTypeOf<number>();
  type Booked = Extract<EventOf<typeof ride>, { type: "RideBooked" }>;
  expectTypeOf<Booked["data"]["pickup"]>().toEqualTypeOf<string | null>();
  type Item = Answer<Api["documents"]["log"]>["items"][number];
  expectTypeOf<Item["message"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Answer<Api["documents"]["diff"]>["diff"]>().toEqualTypeOf<string>();
});

test("a list is asked for by the roles that the domain lists", () => {
  type Asked = NonNullable<Parameters<Api["rides"]["list"]>[0]>;
  expectTypeOf<keyof Asked>().toEqualTypeOf<"owner" | "driver" | "limit" | "cursor">();
});

test("a domain's codes are known", () => {
  expectTypeOf<"insufficient-funds">().toExtend<CodeOf<typeof account>>();
  expectTypeOf<"no-such-code">().not.toExtend<CodeOf<typeof account>>();
  expectTypeOf<CodeOf<typeof like>>().toBeNever();
});

test("an optimistic document has the same commands, without the id", () => {
  type Live = Answer<Api["accounts"]["optimistic"]>;
  expectTypeOf<Parameters<Live["deposit"]>[0]>().toExtend<{ amount: number }>();
  expectTypeOf<Live["document"]>().toEqualTypeOf<DocumentOf<typeof account> | undefined>();
});

type Of = typeof account | typeof document | typeof like | typeof playback | typeof ride;
type View<N extends ViewName<Of>> = (request: ViewRequest<Of, N>) => ViewAnswer<Of, N>;

test("a view is asked for by its name, with what it wants to know", () => {
  expectTypeOf<ViewName<Of>>().toEqualTypeOf<
    "audit" | "balances" | "continue-watching" | "likes" | "vips" | "withdrawals"
  >();
  expectTypeOf<{ user: string; limit: number }>().toExtend<Parameters<View<"balances">>[0]>();
  expectTypeOf<{ month: string }>().not.toExtend<Parameters<View<"withdrawals">>[0]>();
});

test("a view answers rows, documents, or one object", () => {
  expectTypeOf<ReturnType<View<"balances">>["items"][number]>().toEqualTypeOf<{
    readonly user: string;
    readonly currency: string;
    readonly currentBalance: number;
    readonly accounts: number;
  }>();
  expectTypeOf<ReturnType<View<"vips">>>().toEqualTypeOf<Page<DocumentOf<typeof account>>>();
  expectTypeOf<ReturnType<View<"likes">>["likedByMe"]>().toEqualTypeOf<boolean>();
});
