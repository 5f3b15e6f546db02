import { KeyServiceError, type KeyTrouble } from "../../core/personal/key-service.ts";

const troubles: Readonly<Record<string, KeyTrouble>> = {
  ThrottlingException: "throttled",
  LimitExceededException: "exhausted",
  NotFoundException: "absent",
  AccessDeniedException: "denied",
  DisabledException: "disabled",
  KMSInvalidStateException: "not-ready",
};

const troubleOf = (error: Error): KeyTrouble | undefined => {
  const { $metadata = {} }: Error & { $metadata?: { httpStatusCode?: number } } = error;
  const trouble = Object.hasOwn(troubles, error.name) ? troubles[error.name] : undefined;
  // A key whose deletion is scheduled is refused under either name; only the text tells.
  if (trouble === "disabled" || trouble === "not-ready")
    return /pending deletion/i.test(error.message) ? "doomed" : trouble;
  if (trouble) return trouble;
  const status = $metadata.httpStatusCode;
  const isSilent = status === undefined && ("code" in error || error.name === "TimeoutError");
  return isSilent || (status !== undefined && status >= 500) ? "unclear" : undefined;
};

/**
 * Waits for the key service's answer; its refusals become `KeyServiceError`, anything else stays a
 * fault. Neither carries what the client threw: that holds the whole request, credentials included.
 */
export const asked = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const said = `${error.name}: ${error.message}`;
    const trouble = troubleOf(error);
    throw trouble ? new KeyServiceError(trouble, said) : new Error(said);
  }
};
