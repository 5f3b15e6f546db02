import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import type { Stage } from "../../bin/demo/stage.ts";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { sampleCommit } from "../sample-commit.ts";
import type { Heard } from "./bus.ts";
import { everfold, everfoldJson } from "./everfold.ts";
import type { Proof } from "./proof.ts";
import { until } from "./shell.ts";

const table = "AWS::DynamoDB::GlobalTable";
const lambda = "AWS::Lambda::Function";

const Rules = z.object({ RuleNames: z.array(z.string()) });
const Invoked = z.object({ StatusCode: z.int(), FunctionError: z.optional(z.string()) });
const DeadLetters = z.object({
  items: z.array(z.object({ view: z.string(), stream: z.string(), reason: z.string() })),
  messages: z.int(),
});

/** A commit that no view can read: its stream is parked, given up, and healed when the cause is gone. */
export const parkAndHeal = (proof: () => Proof, stage: () => Stage) => {
  const followers = ["carts", "people-carts", "removed-items"];
  const id = (): string => `poison-${stage().run}`;
  const stream = (): string => `cart-${id()}`;
  let tables: DynamoDBDocumentClient;
  const eventTable = (): string => proof().dev.nameOf("EventStoreTable", table);

  beforeAll(() => {
    tables = createDocumentClient();
  });
  afterAll(() => tables.destroy());

  const park = (): void => {
    test("it parks its stream, and holds up no other", async () => {
      const carla = stage().actor("carla");
      const [sick, well] = [id(), `well-${stage().run}`];
      await carla.carts.add(sick, { sku: "tea", quantity: 2, price: 1 });
      await until("The cart is in its view", 20, async () => {
        const { items } = await carla.carts.list();
        return items.find((cart) => cart.id === sick);
      });
      const Item = sampleCommit(stream(), undefined, { version: 2, owner: stage().subOf("carla") });
      await tables.send(new PutCommand({ TableName: eventTable(), Item }));
      await carla.carts.add(well, { sku: "tea", quantity: 2, price: 1 });
      expect(await carla.carts.get(well)).toMatchObject({ version: 1, total: 2 });
      await until("The views have parked the stream", 20, async () => {
        const { items } = await stage().actor("root").admin.views();
        const parked = items.filter(({ parked: pairs }) => pairs === 1).map(({ name }) => name);
        return followers.every((name) => parked.includes(name)) ? parked : undefined;
      });
    });
  };

  const heal = (): void => {
    test("it is given up in the end, and the operator's program tells why", async () => {
      const listed = await until("The stream is given up", 120, async () => {
        const found = DeadLetters.parse(await everfoldJson(proof(), "dead-letters list"));
        const isAll =
          found.items.length === followers.length && found.messages === followers.length;
        return isAll ? found : undefined;
      });
      expect(listed.items.map(({ view }) => view).sort()).toEqual(followers);
      for (const item of listed.items)
        expect(item).toMatchObject({ stream: stream(), reason: expect.stringContaining("Noted") });
    });

    test("a redrive heals it once the cause is gone, without a rebuild", async () => {
      const Key = { stream: stream(), version: 2 };
      await tables.send(new DeleteCommand({ TableName: eventTable(), Key }));
      expect(await everfoldJson(proof(), "dead-letters redrive")).toEqual({
        ...{ streams: 3, messages: 3, more: false },
      });
      const root = stage().actor("root");
      await until("Nothing is parked", 60, async () => {
        const { items } = await root.admin.views();
        return items.every(({ parked }) => parked === 0) ? items : undefined;
      });
      expect(await everfoldJson(proof(), "dead-letters list")).toEqual({ items: [], messages: 0 });
      const carla = stage().actor("carla");
      await carla.carts.remove(id(), { sku: "tea", quantity: 1 });
      expect(await carla.carts.get(id())).toMatchObject({ version: 2, total: 1 });
    });
  };
  return { park, heal };
};

/** Functions that nobody waits for: each is run once with the role that it has. */
export const runSchedules = (proof: () => Proof): void => {
  test.each(["CaretakerHandler", "AuditorHandler", "SweeperHandler"])(
    "%s is on a schedule, and may do what it has to",
    async (name) => {
      const { cloud, dev } = proof();
      const FunctionName = dev.nameOf(`${name}Function`, lambda);
      const TargetArn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
      const { RuleNames } = await cloud.ask(Rules, "events", "list_rule_names_by_target", {
        TargetArn,
      });
      expect(RuleNames).toHaveLength(1);
      const invoked = await cloud.ask(Invoked, "lambda", "invoke", { FunctionName });
      expect(invoked).toEqual({ StatusCode: 200 });
    },
  );
};

/** A batch that Lambda has put aside, in the form that it is documented in. */
const failedBatch = (stream: string, version: number): string =>
  JSON.stringify({
    requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 6 },
    payload: JSON.stringify({
      Records: [{ dynamodb: { Keys: { stream: { S: stream }, version: { N: `${version}` } } } }],
    }),
  });

/** What the mappings of projector and publisher give up comes back by way of a bucket, the rescuer and the work queue. */
export const rescueBatches = (
  proof: () => Proof,
  stage: () => Stage,
  hear: () => Promise<readonly Heard[]>,
): void => {
  const follow = async (Enabled: boolean): Promise<void> => {
    const { cloud, dev } = proof();
    const UUID = dev.nameOf("ProjectorMapping", "AWS::Lambda::EventSourceMapping");
    await cloud.tell("lambda", "update_event_source_mapping", { UUID, Enabled });
  };
  afterAll(() => follow(true));

  test("a query with a token is refused rather than answered from before it", async () => {
    await follow(false);
    const [carla, otto] = [stage().actor("carla"), stage().actor("otto")];
    const sku = `milk-${stage().run}`;
    await carla.carts.add(`lost-${stage().run}`, { sku, quantity: 2, price: 1 });
    await carla.carts.remove(`lost-${stage().run}`, { sku, quantity: 1 });
    const token = carla.writes.token() ?? "";
    const { dev, cast } = proof();
    const response = await fetch(`${dev.url}/views/removed-items?sku=${sku}`, {
      headers: {
        authorization: `Bearer ${await cast.tokenOf("otto", ["auditor"])}`,
        "consistency-token": token,
      },
    });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).not.toBeNull();
    expect(await otto.view("removed-items", { sku })).toEqual({ items: [] });
  });

  const putAside = async (consumer: string, stream: string, version: number): Promise<void> => {
    const { cloud, dev } = proof();
    const Bucket = dev.nameOf(`${consumer}Failures`, "AWS::S3::Bucket");
    const Body = failedBatch(stream, version);
    await cloud.tell("s3", "put_object", { Bucket, Key: `aws/lambda/${stream}`, Body });
  };

  test("the rescuer queues what lies in the bucket, and the worker brings the views up to date", async () => {
    const { run } = stage();
    await putAside("Projector", `cart-lost-${run}`, 2);
    const sku = `milk-${run}`;
    const otto = stage().actor("otto");
    const { items } = await until("The views have what was lost", 60, async () => {
      const found = await otto.view("removed-items", { sku });
      return found.items.length > 0 ? found : undefined;
    });
    expect(items).toEqual([{ sku, removals: 1, quantity: 1 }]);
  });

  test("what the bus lacks is published again", async () => {
    const document = `document-poem-${stage().run}`;
    const told = async (): Promise<number> =>
      (await hear()).filter(({ detail }) => detail.id === `${document}@2`).length;
    const times = await told();
    await putAside("Publisher", document, 2);
    await until("The event is on the bus again", 60, async () =>
      (await told()) > times ? true : undefined,
    );
  });
};

/** Views and audits, by the operator's program. */
export const operate = (proof: () => Proof, stage: () => Stage): void => {
  test("streams are shown and verified", async () => {
    const account = `account-alice-${stage().run}`;
    const ride = `ride-ride-${stage().run}`;
    expect(await everfold(proof(), `streams show ${account}`)).toContain("TransferSent");
    const verified = await everfold(proof(), `streams verify ${account} ${ride}`);
    expect(verified.match(/ whole /g)).toHaveLength(2);
  });

  test("a view is built again, and its progress told", async () => {
    const built = await everfold(proof(), "views rebuild accounts");
    const [, generation] =
      /^Generation (\d) of accounts serves: \d+ events of \d+ streams\.$/m.exec(built) ?? [];
    const listed = await everfold(proof(), "views list");
    expect(listed).toMatch(new RegExp(`^accounts +document +${generation} .* done `, "m"));
  });

  test("an audit of the whole log finds nothing", async () => {
    expect(await everfold(proof(), "audit")).toContain("no problem");
  });
};
