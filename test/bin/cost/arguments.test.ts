import { describe, expect, test } from "vitest";
import { CostFault, helpText, invocationOf } from "../../../bin/cost/arguments.ts";
import { settingNames, settings, workloadWith } from "../../../bin/cost/workload.ts";

describe("a call", () => {
  test("that says nothing is about a workload of defaults", () => {
    const asked = { shows: "report", json: false, workload: workloadWith() };
    expect(invocationOf([])).toEqual(asked);
  });

  test("sets what it names and leaves the rest", () => {
    const { workload } = invocationOf([
      ...["--commands-per-second", "1000", "--history=50"],
      ...["--warm", "0.25", "--subject-keys", "shared"],
    ]);
    expect(workload).toEqual(
      workloadWith({
        "commands-per-second": 1000,
        history: 50,
        warm: 0.25,
        subjectKeys: "shared",
      }),
    );
  });

  test.each([
    [["--steps"], "steps"],
    [["--prices", "--json"], "prices"],
    [["-h", "--steps"], "help"],
  ])("%j shows %s", (argv, shows) => {
    expect(invocationOf(argv).shows).toBe(shows);
  });
});

describe("a call is refused", () => {
  test.each([
    [["--history", "many"], '--history must be a whole number from 1 to 1000000000, not "many".'],
    [["--history", "1.5"], '--history must be a whole number from 1 to 1000000000, not "1.5".'],
    [["--warm", "1.01"], '--warm must be a number from 0 to 1, not "1.01".'],
    [["--warm="], '--warm must be a number from 0 to 1, not "".'],
    [["--commands-per-second", "0"], "--commands-per-second must be a number from 0.001"],
    [["--commands-per-second", "Infinity"], 'to 1000000, not "Infinity".'],
    [["--subject-keys", "none"], '--subject-keys must be per-user or shared, not "none".'],
    [["--histroy", "5"], "Unknown option '--histroy'"],
    [["1000"], "Unexpected argument '1000'"],
    [["--history"], "argument missing"],
    [["--steps", "--prices"], "two tables"],
    [["--steps", "--commands-per-second", "5"], "--steps has its own rates"],
  ])("%j", (argv, says) => {
    expect(() => invocationOf(argv)).toThrow(CostFault);
    expect(() => invocationOf(argv)).toThrow(says);
  });
});

test("every setting is explained, with what holds without it, and takes its bounds", () => {
  for (const name of settingNames) {
    const { says, otherwise, min, max } = settings[name];
    expect(helpText()).toMatch(new RegExp(`--${name} +`));
    expect(helpText()).toContain(`${says} (${otherwise})`);
    for (const value of [min, max, otherwise])
      expect(invocationOf([`--${name}=${value}`]).workload[name]).toBe(value);
  }
});
