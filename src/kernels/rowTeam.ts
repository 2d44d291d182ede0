/**
 * How many threads share a row in kernels that reduce rows: all of a workgroup on hardware, where barriers are cheap and
 * threads plenty; one on a simulated GPU, where a barrier costs more than the arithmetic it saves.
 */
import alone from '../../shaders/teamAlone.wgsl?raw';
import group from '../../shaders/teamGroup.wgsl?raw';
import { adapterTraits } from './adapter';
import { linearGroups, type ProgramCall } from './dispatch';

const GROUP = 64;
/** Few rows a workgroup, so that a small batch still spreads over the processor's cores. */
const ALONE = 16;

/**
 * @param body WGSL that calls `teamRow`, `teamMax` and `teamSum` and knows `TEAM` and `WORKGROUP`
 * @returns the parts of a program call that depend on the adapter
 */
export function rowTeam(
  body: string,
  rows: number,
): Pick<ProgramCall, 'source' | 'workgroups'> & { constants: { TEAM: number; WORKGROUP: number } } {
  // The functions come last, so that line numbers of compile errors stay those of the body.
  if (adapterTraits.isSoftware) {
    const constants = { TEAM: 1, WORKGROUP: ALONE };
    return { source: `${body}\n${alone}`, constants, workgroups: linearGroups(rows, ALONE) };
  }
  const constants = { TEAM: GROUP, WORKGROUP: GROUP };
  return { source: `${body}\n${group}`, constants, workgroups: linearGroups(rows, 1) };
}
