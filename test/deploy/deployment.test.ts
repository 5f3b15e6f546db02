import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cast, Stage } from "../../bin/demo/stage.ts";
import { type Heard, type Listener, listen } from "./bus.ts";
import { enrolCast } from "./cast.ts";
import { type Cloud, connectCloud } from "./cloud.ts";
import { type Deployed, lookUp } from "./deployed.ts";
import { names, playDomains } from "./domains.ts";
import { itemsOf, logsOf } from "./leaks.ts";
import { forgetPerson, rememberPerson } from "./people.ts";
import { given, type Proof } from "./proof.ts";
import { tryRoles } from "./roles.ts";
import { noteAnswers } from "./routes.ts";
import { comeAndGo } from "./second-stage.ts";
import { commandsOf, paste } from "./shell.ts";
import { operate, parkAndHeal, rescueBatches, runSchedules } from "./upkeep.ts";

const deployMs = 5 * 60_000;
const [setUp = [], user = []] = commandsOf("README.md", "Deploy it");

let cloud: Cloud;
let dev: Deployed | undefined;
let cast: Cast | undefined;
let stage: Stage | undefined;
let listener: Listener | undefined;
let unanswered: (() => readonly string[]) | undefined;
const heard: Heard[] = [];

const proof = (): Proof => ({
  cloud,
  dev: given(dev, "The first stage"),
  cast: given(cast, "Its cast"),
});
const hear = async (): Promise<readonly Heard[]> => {
  heard.push(...(await given(listener, "The listener").heard()));
  return heard;
};
const theStage = (): Stage => given(stage, "The stage of the plays");

beforeAll(() => {
  cloud = connectCloud();
});
afterAll(() => cloud.stop());

describe("who follows the README", () => {
  test("finds these commands", () => {
    expect(setUp).toEqual(["npm install", "npx cdk bootstrap", "npx cdk deploy"]);
    expect(user).toEqual([
      expect.stringMatching(/^EMAIL=\S+ PASSWORD='[^']+'$/),
      expect.stringMatching(/^# Step1CreateAdmin, Step2GetToken and Step3FirstCall/),
    ]);
  });

  test("bootstraps an account", { timeout: deployMs }, async () => {
    expect(await paste("npx cdk bootstrap 2>&1")).toContain("bootstrapped");
  });

  test("deploys everything with a bare command", { timeout: deployMs }, async () => {
    expect(await paste("npx cdk deploy 2>&1")).toContain("everfold-dev.Step3FirstCall");
    dev = await lookUp(cloud, "everfold-dev");
  });

  test("makes a first admin, gets a token and calls, with the commands that are printed", async () => {
    const { outputs, url } = given(dev, "The first stage");
    const { ApiUrl = "", Step1CreateAdmin = "", Step2GetToken = "", Step3FirstCall = "" } = outputs;
    expect(ApiUrl).toMatch(/^https:\/\/\w+\.execute-api\.us-east-1\.amazonaws\.com\/$/);
    const call = Step3FirstCall.replace(ApiUrl, `${url}/`).replace("$default", "\\$default");
    const told = await paste(...user, Step1CreateAdmin, Step2GetToken, call);
    expect(told).toMatch(/\{"items":\[\]\}$/);
  });

  test("finds what it is called by in operations.md", async () => {
    const [define = []] = commandsOf("docs/operations.md", "Names");
    expect(define[0]).toBe("STACK=everfold-dev");
    const { nameOf } = given(dev, "The first stage");
    const told = await paste(
      ...define,
      "name_of EventStoreTable AWS::DynamoDB::GlobalTable",
      "name_of WorkQueueDeadLetters AWS::SQS::Queue",
    );
    expect(told.trim().split("\n")).toEqual([
      nameOf("EventStoreTable", "AWS::DynamoDB::GlobalTable"),
      nameOf("WorkQueueDeadLetters", "AWS::SQS::Queue"),
    ]);
  });
});

describe("users of the pool", () => {
  test("sign in", async () => {
    const first = given(dev, "The first stage");
    cast = await enrolCast(cloud, first, names);
    unanswered = noteAnswers(first.url);
    listener = await listen(proof());
  });

  const ask = async (authorization?: string): Promise<number> => {
    const headers = authorization === undefined ? {} : { authorization };
    return (await fetch(`${proof().dev.url}/accounts`, { headers })).status;
  };

  test("nobody is let in without a token, or with one that was tampered with", async () => {
    const token = await proof().cast.tokenOf("alice", []);
    const [head = "", claims = "", signature = ""] = token.split(".");
    const other = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"));
    const raised = { ...other, "cognito:groups": ["admin"] };
    const forged = Buffer.from(JSON.stringify(raised)).toString("base64url");
    expect(await ask()).toBe(401);
    expect(await ask("Bearer nonsense")).toBe(401);
    expect(await ask(`Bearer ${head}.${forged}.${signature}`)).toBe(401);
    expect(await ask(`Bearer ${token}`)).toBe(200);
  });
});

describe("the six domains", () => {
  playDomains(proof, (played) => {
    stage = played;
  });
});

const sick = parkAndHeal(proof, theStage);
describe("a commit that no view can read", () => sick.park());
describe("functions that nobody waits for", () => runSchedules(proof));
describe("a batch that was given up", () => rescueBatches(proof, theStage, hear));
describe("a person", () => forgetPerson(proof, theStage));
describe("the roles of functions", () => tryRoles(proof));
describe("a stream that is parked", () => sick.heal());
describe("operators", () => operate(proof, theStage));
describe("a person who was erased", () => rememberPerson(theStage));

describe("what has happened until now", () => {
  test("was told on the bus, and nothing personal in clear", async () => {
    const opened = (await hear()).find(
      ({ detail }) => detail.id === `account-alice-${theStage().run}@1`,
    );
    expect(opened).toMatchObject({
      "detail-type": "AccountOpened",
      source: "everfold.account",
      detail: { data: { owner: { name: { $sealed: expect.any(String) } } } },
    });
    const sources = new Set(heard.map(({ source }) => source.replace("everfold.", "")));
    expect([...sources].sort()).toEqual([
      "account",
      "cart",
      "document",
      "like",
      "playback",
      "ride",
    ]);
  });

  test("is nowhere written in clear where it is personal", async () => {
    const items = await itemsOf(proof());
    const logs = await logsOf(proof());
    expect(items.length).toBeGreaterThan(100);
    expect(logs.length).toBeGreaterThan(100);
    const written = [...items, ...logs.map(({ message }) => message), JSON.stringify(heard)];
    for (const secret of ["Alice", "alice@example.com", "Bob", "12 Elm Street", "Airport"])
      expect(written.filter((text) => text.includes(secret))).toEqual([]);
    expect(items.some((text) => text.includes(`alice-${theStage().run}`))).toBe(true);
  });

  test("has tried every route of the API", () => {
    expect(given(unanswered, "The note of routes")()).toEqual([
      ...["GET /admin/dead-letters", "POST /admin/dead-letters/redrive"],
    ]);
  });

  test("was logged without a fault that was not made here", async () => {
    const { run } = theStage();
    const made = [`cart-poison-${run}`, `cart-lost-${run}`];
    const faults = (await logsOf(proof()))
      .filter(({ message }) => /"level":"(ERROR|CRITICAL)"|AccessDenied|timed out/i.test(message))
      .filter(({ message }) => !made.some((stream) => message.includes(stream)))
      // On a slow machine a view may be later than a reader waits.
      .filter(({ message }) => !message.includes("has not taken in"));
    expect(faults).toEqual([]);
  });
});

describe("a second stage", () => comeAndGo(proof));
