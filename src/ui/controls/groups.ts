import { controls } from '../messages/en/controls';
import { settingRow, SETTING_KEYS, type SettingKey } from '../../config/config';
import type { SettingGroup } from '../../config/rows';

export interface ControlSection {
  title: () => string;
  keys: SettingKey[];
}

const RAIL_GROUPS: Record<'sft' | 'rm' | 'ppo', readonly { title: () => string; group: SettingGroup }[]> = {
  sft: [
    { title: controls.fineTuning, group: 'sft' },
    { title: controls.demonstrations, group: 'data' },
    { title: controls.model, group: 'model' },
    { title: controls.pretraining, group: 'pretrain' },
    { title: controls.run, group: 'run' },
  ],
  rm: [
    { title: controls.training, group: 'rm' },
    { title: controls.rankings, group: 'data' },
    { title: controls.run, group: 'run' },
  ],
  ppo: [
    { title: controls.updates, group: 'ppo' },
    { title: controls.answers, group: 'sampling' },
    { title: controls.run, group: 'run' },
  ],
};

/** The knobs people turn first get a heading of their own; the rest of the group follows below. */
const LEASH: readonly SettingKey[] = ['ppo.klCoef', 'ppo.klControl', 'ppo.ptxCoef'];
const RANKING_KEYS: readonly SettingKey[] = ['data.rankings', 'data.answersPerPrompt', 'data.rankingSizes'];

/**
 * The controls of a step, in sections that follow the groups of the settings table.
 * @param shows whether the address left a control in
 */
export function controlSections(
  screen: 'sft' | 'rm' | 'ppo',
  isAdvanced: boolean,
  shows: (key: SettingKey) => boolean = () => true,
): ControlSection[] {
  const sections = RAIL_GROUPS[screen].map(({ title, group }) => ({
    title,
    keys: SETTING_KEYS.filter(
      (key) => settingRow(key).group === group && (settingRow(key).advanced === true) === isAdvanced,
    ),
  }));
  if (screen === 'ppo' && !isAdvanced) {
    sections.unshift({ title: controls.leash, keys: [...LEASH] });
    sections[1].keys = sections[1].keys.filter((key) => !LEASH.includes(key));
  }
  for (const section of sections) {
    if (section.title === controls.rankings) section.keys = section.keys.filter((key) => RANKING_KEYS.includes(key));
    if (section.title === controls.demonstrations)
      section.keys = section.keys.filter((key) => !RANKING_KEYS.includes(key));
  }
  for (const section of sections) section.keys = section.keys.filter(shows);
  return sections.filter((section) => section.keys.length > 0);
}
