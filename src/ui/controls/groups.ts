import { settingRow, SETTING_KEYS, type SettingKey } from '../../config/config';
import type { SettingGroup } from '../../config/rows';

export interface ControlSection {
  title: string;
  keys: SettingKey[];
}

const RAIL_GROUPS: Record<'sft' | 'rm' | 'ppo', readonly { title: string; group: SettingGroup }[]> = {
  sft: [
    { title: 'Fine-tuning', group: 'sft' },
    { title: 'Demonstrations', group: 'data' },
    { title: 'Model', group: 'model' },
    { title: 'Pretraining, when started from nothing', group: 'pretrain' },
    { title: 'Run', group: 'run' },
  ],
  rm: [
    { title: 'Training', group: 'rm' },
    { title: 'Rankings', group: 'data' },
    { title: 'Run', group: 'run' },
  ],
  ppo: [
    { title: 'Updates', group: 'ppo' },
    { title: 'Answers', group: 'sampling' },
    { title: 'Run', group: 'run' },
  ],
};

/** The knobs people turn first get a heading of their own; the rest of the group follows below. */
const LEASH: readonly SettingKey[] = ['ppo.klCoef', 'ppo.klControl', 'ppo.ptxCoef'];
const RANKING_KEYS: readonly SettingKey[] = ['data.rankings', 'data.answersPerPrompt'];

/** The controls of a step, in sections that follow the groups of the settings table. */
export function controlSections(screen: 'sft' | 'rm' | 'ppo', isAdvanced: boolean): ControlSection[] {
  const sections = RAIL_GROUPS[screen].map(({ title, group }) => ({
    title,
    keys: SETTING_KEYS.filter(
      (key) => settingRow(key).group === group && (settingRow(key).advanced === true) === isAdvanced,
    ),
  }));
  if (screen === 'ppo' && !isAdvanced) {
    sections.unshift({ title: 'Leash', keys: [...LEASH] });
    sections[1].keys = sections[1].keys.filter((key) => !LEASH.includes(key));
  }
  for (const section of sections) {
    if (section.title === 'Rankings') section.keys = section.keys.filter((key) => RANKING_KEYS.includes(key));
    if (section.title === 'Demonstrations') section.keys = section.keys.filter((key) => !RANKING_KEYS.includes(key));
  }
  return sections.filter((section) => section.keys.length > 0);
}
