import { describe, expect, test } from "vitest";
import { emptyStream } from "../../../lib/core/log/loaded.ts";
import {
  documentView,
  fromLastSnapshot,
  loadedFrom,
  rowOf,
  showDocument,
  sortText,
} from "../../../lib/core/view/document-view.ts";
import { jar } from "../../jar.ts";
import { jarHistory, noSnapshots, snapshotEvery } from "../../jar-history.ts";

const view = documentView(jar);
const { commits, states } = jarHistory("1", [9, 1, 1]);
const [poor, rich] = states;
if (!poor || !rich) throw new Error("The history is too short.");

describe("the document view of a domain", () => {
  test("has a table of its own, with an index for owners and those that the domain names", () => {
    expect(view).toMatchObject({ kind: "document", name: "jars", definition: 1 });
    expect(view.table).toMatchObject({ name: "view-jars", holds: "derived" });
    expect(view.table.indexes?.map(({ name, sortKey }) => [name, sortKey?.type])).toEqual([
      ["owner", "S"],
      ["rich", "S"],
    ]);
  });

  test("keeps its earlier definition beside it, which fills the indexes as it used to", () => {
    const previous = { definition: 1, index: () => ({ rich: { partition: "old", sort: 1 } }) };
    const changed = documentView({ ...jar, definition: 2, previous });
    expect([changed.definition, changed.previous?.definition]).toEqual([2, 1]);
    expect(rowOf(changed, rich).entries.rich).toEqual({
      partition: "all",
      sort: sortText(10, rich.stream),
    });
    const before = changed.previous && rowOf(changed.previous, rich);
    expect(before?.entries.rich).toEqual({ partition: "old", sort: sortText(1, rich.stream) });
  });
});

describe("a row", () => {
  test("holds what is known of its stream, and is found by its owner", () => {
    expect(rowOf(view, poor)).toStrictEqual({
      stream: "jar-1",
      version: 9,
      time: commits[0]?.time,
      hash: commits[0]?.hash,
      state: { schema: 1, state: { ownerId: "ann", coins: 9, text: "" } },
      entries: { owner: { partition: "ann", sort: "jar-1" } },
    });
  });

  test("is in an index while its state belongs there", () => {
    expect(rowOf(view, rich).entries.rich).toEqual({
      partition: "all",
      sort: `0000000000000010#${rich.stream}`,
    });
  });

  test("of nobody is in no index of owners", () => {
    expect(rowOf(view, emptyStream(jar, "jar-2")).entries).toEqual({});
  });

  test("gives back what its readers need, and what following commits are added to", () => {
    const { stream, version, state, time, hash } = poor;
    expect(loadedFrom(view, rowOf(view, poor))).toMatchObject({
      stream,
      version,
      state,
      time,
      hash,
    });
  });
});

describe("the last snapshot among commits", () => {
  test("leads to their end, with what follows it", () => {
    const history = jarHistory("1", [1, 1, 1, 1, 1], { policy: snapshotEvery(3) });
    expect(fromLastSnapshot(jar, history.commits.slice(1))).toEqual(history.states.at(-1));
  });

  test("is not there when none carries one", () => {
    const history = jarHistory("1", [1, 1], { policy: noSnapshots });
    expect(fromLastSnapshot(jar, history.commits)).toBeUndefined();
    expect(fromLastSnapshot(jar, [])).toBeUndefined();
  });
});

test("a reader sees the id as in the path, the version, and what the domain shows", () => {
  const shown = { version: 9, coins: 9, ownerId: "ann", text: "" };
  expect(showDocument(jar, "1", poor)).toEqual({ id: "1", ...shown });
  const ofEachUser = { ...jar, key: { parameter: "title", perUser: true } };
  expect(showDocument(ofEachUser, "dune.ann", poor)).toEqual({ title: "dune", ...shown });
});
