import { Console } from "node:console";
import { Writable } from "node:stream";
import { beforeEach, describe, expect, test } from "vitest";
import { followMetricLines } from "../../local/metric-lines.ts";

let written: string[];
let taken: string[];
let stream: Writable;

const take = (line: string): boolean => {
  if (!line.startsWith("metric")) return false;
  taken.push(line);
  return true;
};
const follow = (isShown = false) => followMetricLines({ stream, take, isShown });

beforeEach(() => {
  written = [];
  taken = [];
  stream = new Writable({
    write: (chunk, _, done) => {
      written.push(String(chunk));
      done();
    },
  });
});

describe("lines with metrics", () => {
  test("are taken out of what a console writes; everything else is written as ever", () => {
    const log = new Console({ stdout: stream });
    const end = follow();
    log.info("metric 1");
    log.info("plain");
    stream.write(Buffer.from("metric in bytes"));
    end();
    expect(taken).toEqual(["metric 1\n"]);
    expect(written).toEqual(["plain\n", "metric in bytes"]);
  });

  test("are written as well where they are asked for", () => {
    const end = follow(true);
    stream.write("metric 1");
    end();
    expect([taken, written]).toEqual([["metric 1"], ["metric 1"]]);
  });

  test.each([
    ["taken", "metric 1"],
    ["written", "plain"],
  ])("let whoever waits for the end of the write go on: when it is %s", async (_, text) => {
    const end = follow();
    await new Promise<unknown>((done) => stream.write(text, done));
    await new Promise<unknown>((done) => stream.write(text, "utf8", done));
    end();
  });

  test("are left alone afterwards", () => {
    follow()();
    stream.write("metric 1");
    expect([taken, written]).toEqual([[], ["metric 1"]]);
  });

  test("are followed by two hosts, whichever ends first", () => {
    const first = follow();
    const second = follow();
    first();
    stream.write("metric 1");
    second();
    stream.write("metric 2");
    expect(taken).toEqual(["metric 1"]);
    expect(written).toEqual(["metric 2"]);
  });
});
