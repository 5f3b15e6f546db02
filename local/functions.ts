import type { Handler, LocalFunction } from "./function.ts";

/** Names of functions, by their entry points `lambdas/<name>.ts`; seconds after which a call has failed, as in the stack. */
const timeoutSeconds = {
  command: 15,
  query: 15,
  people: 29,
  operations: 29,
  projector: 60,
  publisher: 60,
  rescuer: 60,
  worker: 300,
  caretaker: 60,
  auditor: 60,
  sweeper: 900,
} as const;

export type FunctionName = keyof typeof timeoutSeconds;

/** Variables to set; undefined removes one. */
export type Environment = Readonly<Record<string, string | undefined>>;

const setVariable = (name: string, value: string | undefined): void => {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
};

/** Sets this process's environment; the result puts back what was there before. */
export const applyEnvironment = (environment: Environment): (() => void) => {
  const names = Object.keys(environment);
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) setVariable(name, environment[name]);
  return () => {
    for (const [name, value] of before) setVariable(name, value);
  };
};

const isHandler = (value: unknown): value is Handler => typeof value === "function";

let loads = 0;

const load = async (name: FunctionName, load: number): Promise<LocalFunction> => {
  // A module reads the environment once: a second host in one process needs modules of its own.
  const own = load === 1 ? "" : `?host=${load}`;
  const module: object = await import(new URL(`../lambdas/${name}.ts${own}`, import.meta.url).href);
  if (!("handler" in module) || !isHandler(module.handler))
    throw new Error(`lambdas/${name}.ts exports no handler.`);
  return { name, handler: module.handler, timeoutMs: timeoutSeconds[name] * 1000 };
};

/** Imports the entry points of functions, just as they are deployed. The environment has to be set before. */
export const loadFunctions = async (
  names: Iterable<FunctionName>,
): Promise<(name: FunctionName) => LocalFunction> => {
  loads += 1;
  const turn = loads;
  const wanted = [...new Set(names)];
  const loaded = await Promise.all(wanted.map((name) => load(name, turn)));
  const functions = new Map(loaded.map((each) => [each.name, each]));
  return (name) => {
    const found = functions.get(name);
    if (!found) throw new Error(`The function ${name} was not loaded.`);
    return found;
  };
};
