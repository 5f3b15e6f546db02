import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openJournal } from "../../local/journal.ts";
import { StartupFault } from "../../local/startup-fault.ts";
import { temporaryDirectory } from "./endpoints.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, "new", "records.log");
});
afterEach(() => directory.remove());

const open = () => openJournal(path, (record) => record);
const recordsNow = (): readonly unknown[] => {
  const { journal, records } = open();
  journal.close();
  return records;
};

describe("a journal", () => {
  test("hands over what was appended, in order, without having been closed", () => {
    const { journal, records } = open();
    expect(records).toEqual([]);
    journal.append([{ a: 1 }, { text: "line\nbreak é" }]);
    journal.append([{ b: 2 }]);
    expect(journal.length).toBe(3);
    expect(recordsNow()).toEqual([{ a: 1 }, { text: "line\nbreak é" }, { b: 2 }]);
    journal.close();
  });

  test("drops a last line that a crash cut short, and goes on after the line before it", async () => {
    const { journal } = open();
    journal.append([{ a: 1 }, { b: "é" }]);
    journal.close();
    const whole = await readFile(path);
    const line = Buffer.from('{"c":"é"}\n');
    for (let cut = 1; cut < line.length; cut++) {
      await writeFile(path, Buffer.concat([whole, line.subarray(0, cut)]));
      const reopened = open();
      expect(reopened.records).toEqual([{ a: 1 }, { b: "é" }]);
      reopened.journal.append([{ d: 4 }]);
      reopened.journal.close();
      expect(recordsNow()).toEqual([{ a: 1 }, { b: "é" }, { d: 4 }]);
    }
  });

  test("refuses any other damage with the line and a way out, and leaves the file as it is", async () => {
    const { journal } = open();
    journal.append([{ a: 1 }]);
    journal.close();
    await appendFile(path, 'not json\n{"b":2}\n');
    const before = await readFile(path, "utf8");
    expect(open).toThrow(StartupFault);
    expect(open).toThrow(`Line 2 of ${path} is damaged.`);
    expect(await readFile(path, "utf8")).toBe(before);
  });

  test("is shorter after it was rewritten, and goes on from there", () => {
    const { journal } = open();
    journal.append(Array.from({ length: 100 }, (_, index) => ({ index })));
    journal.rewrite([{ index: 99 }]);
    journal.append([{ index: 100 }]);
    expect(journal.length).toBe(2);
    journal.close();
    expect(recordsNow()).toEqual([{ index: 99 }, { index: 100 }]);
  });
});
