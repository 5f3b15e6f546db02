import { afterAll, beforeAll, expect, test } from "vitest";
import { playMoney } from "../../bin/demo/accounts.ts";
import { playErasure } from "../../bin/demo/operations.ts";
import { createStage } from "../../bin/demo/stage.ts";
import { enrolCast } from "./cast.ts";
import { type Deployed, lookUp } from "./deployed.ts";
import { inventory, keysOf } from "./inventory.ts";
import { type Provider, startProvider } from "./issuer.ts";
import { given, type Proof } from "./proof.ts";
import { paste } from "./shell.ts";

const ephemeral = "-c stage=proof -c ephemeral=true";
const deployMs = 5 * 60_000;

/** A stage of its own beside the first: brought up, changed, and taken down without a trace. */
export const comeAndGo = (proof: () => Proof): void => {
  let before: readonly string[] | undefined;
  let second: Deployed | undefined;
  let provider: Provider | undefined;
  const names = { alice: [], bob: [], eve: [], root: ["admin"] };

  const get = (url: string, token: string): Promise<Response> =>
    fetch(`${url}/accounts`, { headers: { authorization: `Bearer ${token}` } });

  beforeAll(async () => {
    provider = await startProvider();
  });
  afterAll(() => provider?.stop());

  test("it is deployed beside the first", { timeout: deployMs }, async () => {
    const { cloud } = proof();
    before = await inventory(cloud);
    await paste(`npx cdk deploy ${ephemeral}`);
    second = await lookUp(cloud, "everfold-proof");
    expect(second.outputs.UserPoolId).not.toBe(proof().dev.outputs.UserPoolId);
    expect(await inventory(cloud)).toEqual(expect.arrayContaining([...before]));
  });

  test("it has users, streams and keys of its own, and takes no token of the other", async () => {
    const { cloud, dev, cast } = proof();
    const { url } = given(second, "The second stage");
    const own = await enrolCast(cloud, given(second, "The second stage"), names);
    const lines: string[] = [];
    const stage = createStage(url, (line) => lines.push(line), own);
    for (const play of [playMoney, playErasure]) await play(stage);
    expect(lines.filter((line) => line.includes("✗"))).toEqual([]);
    expect((await get(url, await cast.tokenOf("root", ["admin"]))).status).toBe(401);
    expect((await get(dev.url, await own.tokenOf("root", ["admin"]))).status).toBe(401);
    const states = (await keysOf(cloud, "proof")).map(({ state }) => state).sort();
    expect(states).toEqual(["Enabled", "Enabled", "PendingDeletion"]);
  });

  test("it is changed to take another provider's tokens", { timeout: deployMs }, async () => {
    const { url: issuer, audience, tokenOf } = given(provider, "The provider");
    const { url } = given(second, "The second stage");
    const refused = await get(url, await tokenOf("zoe"));
    expect(refused.status).toBe(401);
    await paste(`npx cdk deploy ${ephemeral} -c issuer=${issuer} -c audience=${audience}`);
    const changed = await lookUp(proof().cloud, "everfold-proof");
    expect(changed.url).toBe(url);
    expect(Object.keys(changed.outputs)).not.toContain("UserPoolId");
    expect((await get(url, await tokenOf("zoe"))).status).toBe(200);
  });

  test("it goes without a trace, but for keys that wait to be destroyed", {
    timeout: deployMs,
  }, async () => {
    const { cloud } = proof();
    const Bucket = given(second, "The second stage").nameOf("PublisherFailures", "AWS::S3::Bucket");
    await cloud.tell("s3", "put_object", { Bucket, Key: "aws/lambda/batch", Body: "{}" });
    await paste(`npx cdk destroy --force ${ephemeral}`);
    expect(await inventory(cloud)).toEqual(given(before, "The inventory"));
    const states = (await keysOf(cloud, "proof")).map(({ state }) => state);
    expect(states).toEqual(["PendingDeletion", "PendingDeletion", "PendingDeletion"]);
  });

  test("the first is untouched by all that, and refuses to be destroyed", async () => {
    const { dev, cast, cloud } = proof();
    const destroyed = cloud.tell("cloudformation", "delete_stack", { StackName: dev.stack });
    await expect(destroyed).rejects.toThrow("TerminationProtection");
    expect((await get(dev.url, await cast.tokenOf("alice", []))).status).toBe(200);
  });
};
