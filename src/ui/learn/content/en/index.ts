import type { LearnContent } from '../content';
import { breakages } from './breakages';
import { words as demonstrations } from './demonstrations';
import { words as gae } from './gae';
import { words as hacking } from './hacking';
import { words as instructions } from './instructions';
import { words as leash } from './leash';
import { words as ranking } from './ranking';
import { words as reward } from './reward';
import { words as tax } from './tax';
import { words as whom } from './whom';
import { workshop } from './workshop';

const content: LearnContent = {
  lessons: { instructions, demonstrations, ranking, reward, leash, gae, hacking, tax, whom },
  breakages,
  workshop,
};
export default content;
