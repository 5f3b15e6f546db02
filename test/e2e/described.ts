import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openApi } from "../../lib/core/openapi/openapi.ts";
import { registry } from "../../lib/domains/index.ts";

type Node = Readonly<Record<string, unknown>>;

const description = openApi(registry);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(description, "api");

const childOf = (node: unknown, name: string): Node | undefined =>
  typeof node === "object" && node !== null && Object.hasOwn(node, name)
    ? Object(Reflect.get(node, name))
    : undefined;

const escaped = (part: string): string => part.replaceAll("~", "~0").replaceAll("/", "~1");

/** Follows names from the description's root; a reference on the way is followed, too. */
const pointerTo = (...names: readonly string[]): string | undefined => {
  let node: Node | undefined = description;
  let pointer = "";
  for (const name of names) {
    node = childOf(node, name);
    pointer += `/${escaped(name)}`;
    const reference = node && Object.hasOwn(node, "$ref") ? String(node.$ref) : undefined;
    if (reference === undefined || name === "schema") continue;
    pointer = reference.slice(1);
    node = reference
      .slice(2)
      .split("/")
      .reduce<Node | undefined>((at, part) => childOf(at, part), description);
  }
  return node && pointer;
};

/** What is wrong with an answer, as the description has it; undefined when nothing is. */
export const differsFromDescription = (
  method: string,
  path: string,
  reply: { readonly status: number; readonly body: unknown; readonly type: string },
): string | undefined => {
  const { status, body, type } = reply;
  const answer = ["paths", path, method.toLowerCase(), "responses", String(status)] as const;
  if (pointerTo(...answer) === undefined) return `${method} ${path} has no answer ${status}.`;
  if (body === undefined) return undefined;
  const [media = ""] = type.split(";");
  const pointer = pointerTo(...answer, "content", media, "schema");
  if (pointer === undefined) return `${method} ${path} ${status} has no content ${media}.`;
  const validate = ajv.compile({ $ref: `api#${pointer}` });
  return validate(body)
    ? undefined
    : `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`;
};
