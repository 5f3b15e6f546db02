import { connect } from "../lib/adapters/dynamodb/client.ts";
import { eraseSubject } from "../lib/core/personal/erase.ts";
import { endpoint } from "./http/endpoint.ts";
import { personOf } from "./http/person.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { erasePorts } from "./key-ports.ts";
import { createTeller } from "./telling.ts";

const teller = createTeller("people");
const connection = connect();
const portsBy = erasePorts();

/** Forgets a person for good. A function of its own, for it alone may destroy keys. */
export const handler = endpoint(teller, async (event, _, meter) => {
  if (event.routeKey !== "DELETE /people/{sub}") throw unknownRoute(event);
  const body = await eraseSubject(portsBy(connection.metered(meter)), personOf(event));
  teller.count("Erasures");
  return { status: 202, body };
});
