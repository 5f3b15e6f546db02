import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { IHttpRouteAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import {
  HttpJwtAuthorizer,
  HttpUserPoolAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import {
  AccountRecovery,
  Mfa,
  UserPool,
  type UserPoolClient,
  UserPoolGroup,
} from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import type { Issuer } from "./settings.ts";

/** Where tokens come from. */
export interface AuthProps {
  /** A provider elsewhere; undefined: a user pool of the stack's own. */
  readonly issuer: Issuer | undefined;
  readonly ephemeral: boolean;
}

/** A user pool and the client that asks it for tokens. */
export interface UserDirectory {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
}

const createPool = (scope: Construct, ephemeral: boolean): UserPool =>
  new UserPool(scope, "Users", {
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { sms: false, otp: true },
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
    },
    // Streams belong to the `sub` of a user: a pool that is lost takes away everyone's way to their data.
    deletionProtection: !ephemeral,
    removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });

const createDirectory = (scope: Construct, ephemeral: boolean): UserDirectory => {
  const pool = createPool(scope, ephemeral);
  for (const groupName of ["admin", "auditor"])
    new UserPoolGroup(scope, `Group-${groupName}`, { userPool: pool, groupName });
  const client = pool.addClient("Client", {
    authFlows: { userSrp: true, adminUserPassword: true },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    accessTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
  });
  return { pool, client };
};

/** Who vouches for users: accepts the tokens of one provider and no others. */
export class Auth extends Construct {
  readonly authorizer: IHttpRouteAuthorizer;
  /** The stack's own user pool; undefined when the provider is elsewhere. */
  readonly users: UserDirectory | undefined;

  constructor(scope: Construct, id: string, { issuer, ephemeral }: AuthProps) {
    super(scope, id);
    if (issuer) {
      this.users = undefined;
      this.authorizer = new HttpJwtAuthorizer("Token", issuer.url, {
        jwtAudience: [...issuer.audience],
      });
      return;
    }
    this.users = createDirectory(this, ephemeral);
    this.authorizer = new HttpUserPoolAuthorizer("Token", this.users.pool, {
      userPoolClients: [this.users.client],
    });
  }
}
