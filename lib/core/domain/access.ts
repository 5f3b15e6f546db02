/** Who sends a request: the token's `sub`, and the groups it names. */
export interface Caller {
  readonly sub: string;
  /** May do everything. */
  readonly admin: boolean;
  /** May read everything. */
  readonly auditor: boolean;
}

/**
 * Who may: `anyone` with a token; `owner` of the stream; `admin` only; any other word is a party that the domain names,
 * such as `driver`. While the stream does not exist anyone may whom it could belong to: the domain decides then.
 */
export type Role = "anyone" | "owner" | "admin" | (string & {});

/** What a rule is checked against. */
export interface Subject {
  readonly owner: string | undefined;
  readonly parties: Readonly<Record<string, string | undefined>>;
}

/** True while nobody has a part in a stream: it does not exist. */
const isNobodys = ({ owner, parties }: Subject): boolean =>
  owner === undefined && Object.values(parties).every((party) => party === undefined);

const holds = (role: Role, caller: Caller, subject: Subject): boolean => {
  const { owner, parties } = subject;
  if (role === "anyone") return true;
  if (role === "owner") return owner === undefined || owner === caller.sub;
  if (role === "admin") return false;
  return isNobodys(subject) || (Object.hasOwn(parties, role) && parties[role] === caller.sub);
};

/** True when the caller may run a command under these roles; an admin always may. */
export const mayCommand = (roles: readonly Role[], caller: Caller, subject: Subject): boolean =>
  caller.admin || roles.some((role) => holds(role, caller, subject));

/** True when the caller may read under these roles; admins and auditors always may. */
export const mayRead = (roles: readonly Role[], caller: Caller, subject: Subject): boolean =>
  caller.auditor || mayCommand(roles, caller, subject);
