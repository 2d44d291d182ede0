import type { SettingKey } from '../../../../config/config';
import type { SettingTexts } from '../../words.svelte';

const WORLD = 'in der Mini-Welt gemessen';
const CUSTOM = 'Konvention';
const RATE = {
  label: 'Lernrate',
  help: 'Wie groß jede Korrektur ausfällt. Zu groß: der Verlust springt.',
  source: WORLD,
};
const WARMUP = {
  label: 'Aufwärmen',
  help: 'Schritte, über die die Lernrate auf ihren Höchstwert steigt.',
  source: WORLD,
};
const DECAY = { label: 'Gewichtszerfall', help: 'Zieht Matrizen zur Null hin.', source: WORLD };

/** German of the settings table, by key. */
const settings: Readonly<Record<SettingKey, SettingTexts>> = {
  'run.seed': {
    label: 'Startzahl',
    help: 'Gleiche Startzahl, gleiche Einstellungen, gleiches Gerät: gleicher Anfang.',
    source: CUSTOM,
  },
  'run.logEvery': {
    label: 'Messwerte lesen alle',
    help: 'Verluste sammeln sich auf dem Gerät und werden alle so viele Schritte gelesen.',
    source: WORLD,
    unit: 'Schritte',
  },
  'run.sampleEvery': {
    label: 'Antworten erneuern alle',
    help: 'Wie oft die festen Prompts während des Trainings neu beantwortet werden.',
    source: CUSTOM,
    unit: 'Schritte',
  },
  'model.layers': {
    label: 'Schichten',
    help: 'Transformer-Blöcke. Mehr Schichten lernen mehr und rechnen langsamer.',
    source: WORLD,
  },
  'model.width': {
    label: 'Breite',
    help: 'Kanäle des Residualstroms; ein Vielfaches der Köpfe.',
    source: WORLD,
  },
  'model.heads': { label: 'Köpfe', help: 'Attention-Köpfe in jedem Block.', source: WORLD },
  'model.context': {
    label: 'Kontext',
    help: 'Wie viele Token das Modell sieht, Prompt und Antwort zusammen.',
    source: WORLD,
    unit: 'Token',
  },
  'model.vocabulary': {
    label: 'Wortschatz',
    help: 'Größe des Byte-BPE-Wortschatzes; durch den mitgelieferten Tokenizer festgelegt.',
    source: WORLD,
  },
  'world.size': {
    label: 'Welt',
    help: 'Eine große Welt hat etwa doppelt so viele Tiere, Leute und Dinge. Die mitgelieferten Modelle kennen die normale.',
    source: WORLD,
  },
  'data.demonstrations': {
    label: 'Demonstrationen',
    help: 'Prompts mit einer geschriebenen Antwort, aus denen SFT lernt.',
    source: 'Aufsatz: etwa 13 000',
  },
  'data.slop': {
    label: 'Eilige Demonstrationen',
    help: 'Anteil der Demonstrationen mit einem sichtbaren Schnitzer. So bleibt PPO etwas zu verbessern.',
    source: WORLD,
  },
  'data.rankings': {
    label: 'Rangfolgen',
    help: 'Prompts, deren Antworten jemand der Güte nach ordnet.',
    source: 'Aufsatz: etwa 33 000',
  },
  'data.validationPrompts': {
    label: 'Zurückgehaltene Prompts',
    help: 'Prompts anderer Nutzer, für Validierungsverluste, die Trefferquote des Belohnungsmodells und die Wahl des SFT-Stands.',
    source: WORLD,
  },
  'data.answersPerPrompt': {
    label: 'Antworten je Prompt',
    help: 'Eine Rangfolge von K Antworten ergibt K(K−1)/2 Vergleiche.',
    source: 'Aufsatz: 4 bis 9',
  },
  'data.rankingSizes': {
    label: 'K je Rangfolge',
    help: 'Für jeden Prompt dasselbe K oder jeweils ein anderes von 4 bis 9.',
    source: 'Aufsatz: 4 bis 9',
  },
  'pretrain.tokens': {
    label: 'Token im Vortraining',
    help: 'Token erzeugter Seiten, die das Basismodell einmal liest.',
    source: WORLD,
  },
  'pretrain.batchSize': { label: 'Stapel', help: 'Textfenster je Schritt.', source: WORLD },
  'pretrain.learningRate': RATE,
  'pretrain.warmupSteps': WARMUP,
  'pretrain.weightDecay': DECAY,
  'sft.epochs': {
    label: 'SFT-Durchgänge',
    help: 'Durchgänge durch die Demonstrationen; der Aufsatz blieb bei 16, obwohl der Verlust nach einem überanpasst.',
    source: WORLD,
  },
  'sft.batchSize': { label: 'Stapel', help: 'Demonstrationen je Schritt.', source: 'Aufsatz: 32' },
  'sft.learningRate': RATE,
  'sft.warmupSteps': WARMUP,
  'sft.dropout': {
    label: 'Dropout',
    help: 'Anteil der Residualkanäle, die beim Lernen wegfallen.',
    source: WORLD,
  },
  'sft.weightDecay': DECAY,
  'rm.epochs': {
    label: 'Durchgänge',
    help: 'Durchgänge durch die Rangfolgen; mehr als einer überanpasst bald, die zurückgehaltene Linie zeigt es.',
    source: WORLD,
  },
  'rm.batchSize': {
    label: 'Stapel',
    help: 'Prompts je Schritt; alle Paare eines Prompts bleiben zusammen.',
    source: WORLD,
    unit: 'Prompts',
  },
  'rm.learningRate': RATE,
  'rm.warmupSteps': WARMUP,
  'rm.weightDecay': DECAY,
  'rm.centering': {
    label: 'Zentrierung',
    help: 'Gewicht des mittleren Quadrats des Scores im Verlust. Es gibt jedem Prompt dieselbe Null.',
    source: WORLD,
  },
  'rm.pairDivisor': {
    label: 'Teiler der Paare',
    help: 'Wodurch die Paarverluste eines Prompts geteilt werden, wenn Gleichstände wegfallen.',
    source: 'durch Messung entschieden',
  },
  'rm.normalization': {
    label: 'Skala des Scores',
    help: 'Verschieben, bis Demonstrationen im Mittel 0 erhalten; wahlweise durch die Streuung je Prompt teilen.',
    source: WORLD,
  },
  'ppo.iterations': {
    label: 'Updates',
    help: 'PPO-Updates: einen Stapel Antworten ziehen, bewerten, daraus lernen.',
    source: WORLD,
  },
  'ppo.batchSize': {
    label: 'Stapel',
    help: 'Antworten je Schritt; mehr ist ruhiger und schwerer.',
    source: WORLD,
    unit: 'Antworten',
  },
  'ppo.minibatches': {
    label: 'Teilstapel',
    help: 'Stücke, in die ein Stapel geschnitten wird; jedes ändert die Gewichte einmal.',
    source: WORLD,
  },
  'ppo.epochs': {
    label: 'PPO-Durchgänge',
    help: 'Wie oft ein Stapel genutzt wird; mehr holt mehr heraus und treibt weiter ab. Der Aufsatz nahm 1, ältere Rezepte 4.',
    source: WORLD,
  },
  'ppo.learningRate': RATE,
  'ppo.schedule': {
    label: 'Verlauf der Lernrate',
    help: 'Wie sich die Lernrate nach dem Aufwärmen bewegt.',
    source: WORLD,
  },
  'ppo.finalRateRatio': {
    label: 'Endrate',
    help: 'Wo eine fallende Lernrate endet, als Anteil ihres Höchstwerts.',
    source: WORLD,
  },
  'ppo.warmupIterations': {
    label: 'Aufwärmen',
    help: 'Schritte, über die die Lernrate der Policy auf ihren Höchstwert steigt.',
    source: WORLD,
  },
  'ppo.valueLearningRate': { label: 'Wert-Lernrate', help: 'Lernrate des Wertnetzes.', source: WORLD },
  'ppo.valueWarmup': {
    label: 'Wert-Aufwärmen',
    help: 'Die ersten Schritte trainieren nur das Wertnetz, damit Vorteile etwas bedeuten.',
    source: WORLD,
    unit: 'Schritte',
  },
  'ppo.valueInit': {
    label: 'Wertnetz-Start',
    help: 'Der Kritiker beginnt als Belohnungsmodell: mit genulltem Kopf, oder ganz wie im Aufsatz.',
    source: WORLD,
  },
  'ppo.klCoef': {
    label: 'KL\u2011Gewicht',
    help: 'Wie fest die Policy an SFT gebunden ist. 0 lässt sie der Belohnung frei nachjagen.',
    source: WORLD,
  },
  'ppo.klEstimator': {
    label: 'KL-Schätzer',
    help: 'k1 ist das logarithmierte Verhältnis; k3 wird nie negativ.',
    source: 'Aufsatz: k1',
  },
  'ppo.klControl': {
    label: 'KL-Regelung',
    help: 'Adaptiv rückt β auf eine Ziel-KL zu.',
    source: 'Aufsatz: fest',
  },
  'ppo.klTarget': {
    label: 'Ziel-KL',
    help: 'Wo die adaptive Regelung die KL einer Antwort halten will.',
    unit: 'Nat',
  },
  'ppo.klHorizon': {
    label: 'KL-Horizont',
    help: 'Antworten, über die die adaptive Regelung nachgibt.',
    unit: 'Antworten',
  },
  'ppo.ptxCoef': {
    label: 'ptx-Gewicht',
    help: 'Mischt Vortrainingstext ein, damit Altes weniger verblasst. 0 ist PPO, darüber PPO-ptx.',
    source: WORLD,
  },
  'ppo.ptxBatchSize': {
    label: 'ptx-Fenster',
    help: 'Fenster von Vortrainingstext je Teilstapel.',
    source: WORLD,
  },
  'ppo.clipRange': {
    label: 'Kappung',
    help: 'Begrenzt, wie weit ein Schritt die Wahrscheinlichkeit eines Tokens verschiebt.',
    source: 'Aufsatz: 0.2',
  },
  'ppo.valueClipRange': {
    label: 'Wert-Kappung',
    help: 'Begrenzt, wie weit ein Schritt einen Wert verschiebt, in Einheiten der Belohnung.',
  },
  'ppo.gamma': {
    label: 'Abzinsung',
    help: 'Gewicht einer Belohnung ein Token später. Der Aufsatz zinst nicht ab.',
    source: 'Aufsatz: 1',
  },
  'ppo.lambda': {
    label: 'GAE',
    help: 'Wie Verdienst rückwärts über die Antwort verteilt wird.',
  },
  'ppo.whitenAdvantages': {
    label: 'Vorteile normieren',
    help: 'Bringt Vorteile auf Mittel 0 und Streuung 1, für ruhigere Schritte.',
  },
  'ppo.whitenRewards': {
    label: 'Belohnungen normieren',
    help: 'Skaliert Belohnungen vor den Vorteilen. Das ändert, was β bedeutet.',
    source: 'aus, wie wohl im Aufsatz',
  },
  'ppo.missingEosPenalty': {
    label: 'Abzug ohne Ende',
    help: 'Wird abgezogen, wenn eine Antwort nie endet.',
    source: WORLD,
  },
  'ppo.scoreClip': {
    label: 'Score-Grenze',
    help: 'Begrenzt den Score des Belohnungsmodells auf diese Größe; 0 schaltet ab.',
    source: 'aus',
  },
  'ppo.emaDecay': {
    label: 'EMA-Trägheit',
    help: 'Die fertige Policy ist ein laufendes Mittel der Gewichte; 0 behält die letzten.',
    source: WORLD,
  },
  'sampling.responseLength': {
    label: 'Antwortlänge',
    help: 'Wie viele Token eine Antwort haben darf.',
    source: WORLD,
    unit: 'Token',
  },
  'sampling.temperature': {
    label: 'Temperatur',
    help: 'Trainingsantworten müssen zu dem passen, was bewertet wird; sonst ist KL nicht mehr KL.',
    source: 'Aufsatz: 1',
  },
};
export default settings;
