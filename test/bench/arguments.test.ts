import { expect, test } from "vitest";
import { UsageFault, wishOf } from "../../bench/arguments.ts";

const known = ["commands", "views"];

test("without options everything is measured in full, and nothing is written", () => {
  expect(wishOf([], known)).toEqual({
    help: false,
    names: known,
    scale: "full",
    write: false,
    targets: false,
  });
});

test("some benchmarks are named by --only, separated by commas", () => {
  expect(wishOf(["--only", "views"], known).names).toEqual(["views"]);
  expect(wishOf(["--only=views, commands"], known).names).toEqual(["views", "commands"]);
});

test.each([
  [["--only", "vews"], 'There is no benchmark "vews"; there are commands, views.'],
  [["--only", ""], 'There is no benchmark ""; there are commands, views.'],
  [["--only"], "Option '--only <value>' argument missing"],
  [["--quick"], "Unknown option '--quick'"],
  [["views"], "Unexpected argument 'views'"],
  [["--smoke", "--write"], "What --smoke measures is too little to --write."],
])("refuses %j with a reason", (argv, reason) => {
  expect(() => wishOf(argv, known)).toThrow(UsageFault);
  expect(() => wishOf(argv, known)).toThrow(reason);
});
