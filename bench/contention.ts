import type { Benchmark, Run, Scale } from "./benchmark.ts";
import { type Contender, peers, tablesOf, type Writer } from "./contender.ts";
import { type Contest, contentionFindings, distanceFindings } from "./contention-findings.ts";
import { depositOf } from "./deposit.ts";
import { startBenchEngine } from "./engine.ts";
import * as everfold from "./everfold.ts";
import { sumOf, usedBetween } from "./measured.ts";
import { farAway, here, type Surroundings } from "./surroundings.ts";

interface Plan {
  readonly writers: readonly number[];
  /** For how long writers begin new commands in one round, by their own clock. */
  readonly ms: number;
  readonly rounds: number;
  readonly surroundings: () => Surroundings;
}

const near: Readonly<Record<Scale, Plan>> = {
  full: { writers: [1, 4, 16, 64], ms: 2_500, rounds: 3, surroundings: () => here },
  smoke: { writers: [1, 4], ms: 150, rounds: 1, surroundings: () => here },
};

const far: Readonly<Record<Scale, Plan>> = {
  full: { writers: [4, 16], ms: 2_000, rounds: 1, surroundings: () => farAway(5, 10) },
  smoke: { writers: [2], ms: 100, rounds: 1, surroundings: () => farAway(5, 2) },
};

/** Events of the stream before the writers come. */
const history = 10;

/** What became of one writer's commands: how many were accepted in time, and how many at all. */
interface Ended {
  inTime: number;
  accepted: number;
  crowded: number;
}

/** Sends one command after the other until the time is up; the one under way then is brought to its end. */
const keepWriting = async (writer: Writer, id: string, until: number): Promise<Ended> => {
  const ended: Ended = { inTime: 0, accepted: 0, crowded: 0 };
  for (let n = 0; performance.now() < until; n++) {
    const outcome = await writer.deposit(id, depositOf(n));
    ended[outcome] += 1;
    if (outcome === "accepted" && performance.now() <= until) ended.inTime += 1;
  }
  return ended;
};

/** Opens the connections of all writers, and has the code of their side compiled. */
const warmUp = async (writers: readonly Writer[], stream: string): Promise<void> => {
  for (const [index, writer] of writers.entries()) {
    const id = `${stream}-alone-${index}`;
    await writer.grow(id, history);
    for (let n = 0; n < 3; n++) await writer.deposit(id, depositOf(n));
  }
};

/** So many processes of one side write to one new stream at once. */
const contest = async (
  contender: Contender,
  count: number,
  round: number,
  plan: Plan,
): Promise<Contest> => {
  const stream = [contender.name.replaceAll(/\W+/g, "-"), count, round].join("-");
  const surroundings = plan.surroundings();
  const writers = Array.from({ length: count }, () => contender.start(surroundings));
  try {
    await warmUp(writers, stream);
    await writers[0]?.grow(stream, history);
    const before = sumOf(writers.map(({ tally }) => tally.used));
    const until = performance.now() + plan.ms * surroundings.slowness;
    const ended = await Promise.all(writers.map((writer) => keepWriting(writer, stream, until)));
    const after = sumOf(writers.map(({ tally }) => tally.used));
    const sum = (of: (one: Ended) => number): number =>
      ended.reduce((total, one) => total + of(one), 0);
    return {
      contender,
      writers: count,
      ms: plan.ms,
      inTime: sum(({ inTime }) => inTime),
      accepted: sum(({ accepted }) => accepted),
      crowded: sum(({ crowded }) => crowded),
      used: usedBetween(before, after),
    };
  } finally {
    for (const writer of writers) writer.close();
  }
};

const contests = async (plan: Plan, progress: Run["progress"]): Promise<readonly Contest[]> => {
  const contenders = [everfold.warm, ...(await peers())];
  const engine = await startBenchEngine(tablesOf(contenders));
  const all: Contest[] = [];
  const total = plan.writers.length * plan.rounds * contenders.length;
  try {
    for (const count of plan.writers)
      for (let round = 0; round < plan.rounds; round++)
        for (const contender of contenders) {
          progress(`${count} × ${contender.name}`, all.length / total);
          all.push(await contest(contender, count, round, plan));
        }
    return all;
  } finally {
    await engine.stop();
  }
};

/** What many writers of one stream do to each other. */
export const contention: Benchmark = {
  name: "contention",
  question: "What becomes of commands when many processes write to one stream?",
  run: async ({ scale, progress }) => contentionFindings(await contests(near[scale], progress)),
};

/** The same where the store is as far away as DynamoDB is. */
export const distance: Benchmark = {
  name: "distance",
  question: "And where the store is five milliseconds away?",
  run: async ({ scale, progress }) => distanceFindings(await contests(far[scale], progress)),
};
