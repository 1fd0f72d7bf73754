import { MongoError, MongoServerError } from "mongodb";
import { UserError } from "../process/user-error.ts";

/**
 * Turns an error of the driver into a message for the user. Returns any other error unchanged.
 * @param where the pod or the host
 * @param tunnelFailure why the tunnel's last connection failed
 */
export function explainMongodbError(
  error: unknown,
  where: string,
  tunnelFailure: string | undefined,
): unknown {
  if (!(error instanceof MongoError)) return error;
  // A server's answer came through the tunnel: an earlier failure of the tunnel isn't the reason.
  const isAnswer = error instanceof MongoServerError;
  const why = isAnswer || tunnelFailure === undefined ? "" : `: ${tunnelFailure}`;
  // A command may have added lines with advice.
  const [first = "", ...advice] = error.message.split("\n");
  const message = [`MongoDB (${where}): ${first}${why}`, ...advice].join("\n");
  return new UserError(message, { cause: error });
}
