import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** What an endpoint answers; without a body it has none. */
export interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in API Gateway's form. */
export const toResult = ({
  status,
  body,
  headers = {},
}: Answer): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers },
  ...(body ? { body: JSON.stringify(body) } : {}),
});
