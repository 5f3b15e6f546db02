import { expect, test } from "vitest";
import { engineBinary } from "../../local/engine-binary.ts";
import { StartupFault } from "../../local/startup-fault.ts";

const refusal = (platform: string, architecture: string): unknown => {
  try {
    return engineBinary(platform, architecture);
  } catch (error) {
    return error;
  }
};

test("a platform without an engine is told which package is missing, and two ways out", () => {
  const error = refusal("plan9", "mips");
  expect(error).toBeInstanceOf(StartupFault);
  expect(error).toMatchObject({
    message: expect.stringContaining("@dynoxide/plan9-mips"),
    wayOut: expect.stringMatching(/npm install[\s\S]*AWS_ENDPOINT_URL_DYNAMODB=/),
  });
});
