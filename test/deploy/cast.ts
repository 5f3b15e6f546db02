import * as z from "zod/mini";
import type { Cast } from "../../bin/demo/stage.ts";
import type { Cloud } from "./cloud.ts";
import type { Deployed } from "./deployed.ts";

/** Users of a pool, by first name: who plays, and in which groups. */
export type Names = Readonly<Record<string, readonly string[]>>;

const password = "Long enough, 1 of 4";

const Created = z.object({
  User: z.object({ Attributes: z.array(z.object({ Name: z.string(), Value: z.string() })) }),
});
const Tokens = z.object({ AuthenticationResult: z.object({ AccessToken: z.string() }) });

const enrol = async (
  cloud: Cloud,
  { outputs: { UserPoolId, UserPoolClientId: ClientId } }: Deployed,
  name: string,
  groups: readonly string[],
) => {
  const Username = `${name}@cast.example`;
  const who = { UserPoolId, Username };
  const { User } = await cloud.ask(Created, "cognito-idp", "admin_create_user", {
    ...{ ...who, MessageAction: "SUPPRESS" },
  });
  await cloud.tell("cognito-idp", "admin_set_user_password", {
    ...{ ...who, Password: password, Permanent: true },
  });
  for (const GroupName of groups)
    await cloud.tell("cognito-idp", "admin_add_user_to_group", { ...who, GroupName });
  const { AuthenticationResult: answered } = await cloud.ask(
    ...[Tokens, "cognito-idp", "admin_initiate_auth"],
    {
      ...{ UserPoolId, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH" },
      AuthParameters: { USERNAME: Username, PASSWORD: password },
    },
  );
  const sub = User.Attributes.find(({ Name }) => Name === "sub")?.Value ?? "";
  return { sub, token: answered.AccessToken };
};

/** Gives a stage's own user pool these users, and lets each of them sign in. */
export const enrolCast = async (cloud: Cloud, stage: Deployed, names: Names): Promise<Cast> => {
  const users = new Map<string, { sub: string; token: string }>();
  for (const [name, groups] of Object.entries(names))
    users.set(name, await enrol(cloud, stage, name, groups));
  const userOf = (name: string) => {
    const user = users.get(name);
    if (user) return user;
    throw new Error(`${name} is not of the cast.`);
  };
  return {
    subOf: (name) => userOf(name).sub,
    tokenOf: async (name) => userOf(name).token,
  };
};
