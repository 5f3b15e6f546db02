/** Who sends a request: the token's `sub`, and the groups it names. */
export interface Caller {
  readonly sub: string;
  /** May do everything. */
  readonly admin: boolean;
  /** May read everything. */
  readonly auditor: boolean;
}

/**
 * Who may: `anyone` with a token; `owner` of the stream, or anyone while the stream does not exist; `admin` only;
 * any other word is a party that the domain names, such as `driver`.
 */
export type Role = "anyone" | "owner" | "admin" | (string & {});

/** What a rule is checked against. */
export interface Subject {
  readonly owner: string | undefined;
  readonly parties: Readonly<Record<string, string | undefined>>;
}

const holds = (role: Role, caller: Caller, { owner, parties }: Subject): boolean => {
  if (role === "anyone") return true;
  if (role === "owner") return owner === undefined || owner === caller.sub;
  return role !== "admin" && Object.hasOwn(parties, role) && parties[role] === caller.sub;
};

/** True when the caller may run a command under these roles; an admin always may. */
export const mayCommand = (roles: readonly Role[], caller: Caller, subject: Subject): boolean =>
  caller.admin || roles.some((role) => holds(role, caller, subject));

/** True when the caller may read under these roles; admins and auditors always may. */
export const mayRead = (roles: readonly Role[], caller: Caller, subject: Subject): boolean =>
  caller.auditor || mayCommand(roles, caller, subject);
