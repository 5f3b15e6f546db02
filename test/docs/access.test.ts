import { expect, test } from "vitest";
import { routeKey } from "../../lib/core/system/route.ts";
import { registry } from "../../lib/domains/index.ts";
import { textOf } from "../sources.ts";
import { accessPage } from "./access-page.ts";

const page = accessPage(registry);

test("the committed page is today's", () => {
  expect(textOf("docs/access.md"), "run `npm run schemas`").toBe(page);
});

test("every route stands on it", () => {
  for (const route of registry.routes) expect(page).toContain(`| \`${routeKey(route)}\``);
});

test.each([
  ["| `POST /rides/{id}/assign` | Assign | admins only |"],
  ["| `POST /rides/{id}/cancel` | Cancel | owner, driver |"],
  ["| `POST /accounts/{id}/transfer`, the other stream | ReceiveTransfer | anyone |"],
  ["| `GET /views/withdrawals` | auditors only |"],
  ["| `GET /views/audit` | the user that `user` names |"],
  ["| `GET /posts/{postId}` | anyone |"],
  ["| `GET /health` | everybody, without a token |"],
])("it says %s", (row) => {
  expect(page.replaceAll(/ +\|/g, " |").split("\n")).toContain(row);
});
