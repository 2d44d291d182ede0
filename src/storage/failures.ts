import { StorageError } from '../config/errors';

/** The run is written by another tab now; nothing was saved. */
export class ReplacedError extends StorageError {}

/** The browser keeps no database for this page, as in some private windows. */
export class NoDatabaseError extends StorageError {}

/** A newer version of this page has the database. */
export class NewerError extends StorageError {}

/** The browser gives this page no more room; nothing of what was to be written has been. */
export class QuotaError extends StorageError {}

/** What the browser calls a full disk; older ones say it only in the message of an aborted transaction. */
function isQuota(error: unknown): boolean {
  return error instanceof Error && (error.name === 'QuotaExceededError' || /quota/i.test(error.message));
}

/**
 * Runs an action on the database.
 * @param what completes "could not …"
 * @throws StorageError for whatever the browser throws: a full disk, a closed database, an aborted transaction
 */
export async function guard<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const Type = isQuota(error) ? QuotaError : StorageError;
    throw new Type(
      `storage: could not ${what} (${reason}); expected room in the browser's database; free space for this site, or export before you close.`,
      { cause: error },
    );
  }
}
