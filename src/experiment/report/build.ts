import type { Preset } from '../../config/rows';
import type { ReportAbout, ExperimentReport } from './types';
import type { Collected } from './collect';
import { coreFindings } from './coreFindings';
import { coreTables } from './coreTables';
import { reportFigures } from './figures';
import { sweepFindings } from './sweepFindings';
import { sweepTables } from './sweepTables';

/** The report of whatever is done: what was not run is named, not guessed. */
export function buildReport(collected: Collected, presets: readonly Preset[], about: ReportAbout): ExperimentReport {
  return {
    version: 1,
    about,
    findings: [...presets.flatMap((preset) => coreFindings(collected, preset)), ...sweepFindings(collected)],
    tables: [...presets.flatMap((preset) => coreTables(collected, preset)), ...sweepTables(collected)],
    figures: reportFigures(collected, presets),
  };
}
