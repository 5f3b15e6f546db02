import type { Registry } from "../domain/registry.ts";
import {
  commandOperation,
  documentName,
  documentSchema,
  streamOperation,
  viewOperation,
} from "./openapi-operations.ts";
import type { Part } from "./openapi-parts.ts";
import { systemComponents, systemPaths } from "./openapi-system.ts";

/** An OpenAPI description. Source: OpenAPI Specification 3.1.1. */
export type OpenApi = Readonly<Record<string, unknown>>;

const pathsOf = ({ commands, streamQueries, viewQueries }: Registry): Part => {
  const operations = [
    ...commands.map((route) => ({ route, operation: commandOperation(route) })),
    ...streamQueries.map((route) => ({ route, operation: streamOperation(route) })),
    ...viewQueries.map((route) => ({ route, operation: viewOperation(route) })),
  ];
  const paths = new Map<string, Record<string, unknown>>();
  for (const { route, operation } of operations)
    paths.set(route.path, { ...paths.get(route.path), [route.method.toLowerCase()]: operation });
  return Object.fromEntries(paths);
};

/** The OpenAPI page of a system: every route, from the registry and the zod shapes. */
export const openApi = (registry: Registry): OpenApi => {
  const components = systemComponents();
  const documents = registry.domains.map((domain) => [
    documentName(domain),
    documentSchema(domain),
  ]);
  return {
    openapi: "3.1.1",
    info: {
      title: "Everfold",
      version: "0.1.0",
      description:
        "Commands are POSTs to a stream, queries are GETs. Errors are RFC 9457 problems.",
      license: { name: "MIT", identifier: "MIT" },
    },
    security: [{ bearer: [] }],
    paths: { ...pathsOf(registry), ...systemPaths() },
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      ...components,
      schemas: { ...components.schemas, ...Object.fromEntries(documents) },
    },
  };
};
