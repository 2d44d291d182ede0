import { shownName, shownValue } from '../../config/hiddenText';

/** How one version of the page changed the words of addresses. */
export interface LinkMigration {
  /** Links of this version and earlier ones are changed. */
  until: number;
  /** Old key, or old `key=value`. */
  from: string;
  /** What it is now, in the same form; null when nothing takes its place. */
  to: string | null;
}

/** Version of the words used in addresses; a link without `v` is of version 0. */
export const LINK_VERSION = 1;

/** Every change since version 0, oldest first; none so far. A renamed setting adds a row and raises `LINK_VERSION`. */
export const LINK_MIGRATIONS: readonly LinkMigration[] = [];

export interface MigratedLink {
  current: [string, string][];
  /** One line for each change made. */
  changes: string[];
  warnings: string[];
}

/** Brings the words of an older link up to date and says what was changed. */
export function migrateLink(
  entries: readonly [string, string][],
  migrations: readonly LinkMigration[] = LINK_MIGRATIONS,
  version = LINK_VERSION,
): MigratedLink {
  const stated = entries.find(([key]) => key === 'v')?.[1];
  const from = stated === undefined ? 0 : Number(stated);
  const result: MigratedLink = { current: [], changes: [], warnings: [] };
  if (!Number.isInteger(from) || from < 0)
    result.warnings.push(`v: got ${shownValue(stated)}; expected a whole number.`);
  else if (from > version)
    result.warnings.push(`v: this link is from a newer version (${from}) of the page; reload it.`);
  const rows = migrations.filter((row) => from <= row.until);
  for (const entry of entries) {
    if (entry[0] === 'v') continue;
    const migrated = rows.reduce<[string, string] | null>((now, row) => now && applyRow(now, row, result), entry);
    if (migrated !== null) result.current.push(migrated);
  }
  return result;
}

function applyRow(entry: [string, string], row: LinkMigration, result: MigratedLink): [string, string] | null {
  const [key, value] = entry;
  const [oldKey, oldValue] = row.from.split('=');
  if (key !== oldKey || (oldValue !== undefined && oldValue !== value)) return entry;
  if (row.to === null) {
    result.changes.push(`${row.from} is gone`);
    return null;
  }
  const [newKey, newValue = value] = row.to.split('=');
  result.changes.push(`${key}=${shownName(value)} → ${newKey}=${shownName(newValue)}`);
  return [newKey, newValue];
}
