import type { BreakageId } from '../../breakages';
import type { BreakageWords } from '../../breakTypes';

export const breakages: Record<BreakageId, BreakageWords> = {
  noLeash: {
    title: 'Keine Leine',
    change: 'KL-Gewicht *β auf 0*, Lernrate auf 4e-4.',
    symptom: '{noLeash}',
    why: 'Das Belohnungsmodell hat nur nahe den Antworten recht, an denen es gelernt hat. Nichts kostet es, sie zu verlassen, also geht die Policy dorthin, wo die Note hoch und falsch ist.',
    fix: 'β auf den üblichen Wert. Früh aufhören täte es auch.',
  },
  bigSteps: {
    title: 'Zu große Schritte',
    change: '*Lernrate* von PPO *auf 5e-3*, mehr als das Zehnfache.',
    symptom: '{bigSteps}',
    why: 'Das Clipping begrenzt, wie weit die Wahrscheinlichkeit eines Tokens in einem Update geschoben wird, nicht, wie weit die Gewichte springen. Die Policy landet, wo weder der Kritiker noch die alten Proben etwas bedeuten.',
    fix: 'Die übliche Rate. Ein Drittel dessen, was kaputtging, ist ein guter erster Versuch.',
  },
  hotSampling: {
    title: 'Zu heiß gezogen',
    change: '*Temperatur auf 1,6*.',
    symptom: '{hotSampling}',
    why: 'Die Antworten werden aus einer flacheren Verteilung gezogen als der, auf die SFT trainiert wurde. Die meisten enthalten ein unwahrscheinliches Token, und ein schlechtes Token verdirbt eine Antwort.',
    fix: 'Temperatur 1: Zieh aus genau der Policy, die du trainierst.',
  },
  coldCritic: {
    title: 'Ein Kritiker, der rät',
    change: 'Das Wertnetz beginnt mit dem *Kopf des Belohnungsmodells* und *ohne Aufwärmen*.',
    symptom: '{coldCritic}',
    why: 'Der Kopf beantwortet „wie gut ist diese ganze Antwort“, nicht „wie viel kommt von hier an noch“. Bis er das verlernt hat, sind die Vorteile seine Fehler.',
    fix: 'Ein Kopf aus Nullen und fünf Updates für den Kritiker allein.',
  },
  fewRankings: {
    title: 'Zu wenige Rangfolgen',
    change: '*40 Rangfolgen* statt 3.000, und 16 Durchgänge.',
    symptom: '{fewRankings}',
    why: 'Ein paar Hundert Paare lassen sich auswendig lernen. Gelernt sind dann diese Antworten, nicht, was eine Antwort gut macht.',
    fix: 'Mehr Rangfolgen, weniger Durchgänge. Die Lücke zwischen beiden Genauigkeiten verrät es.',
  },
  tooLong: {
    title: 'Zu langes SFT',
    change: '*200 Demonstrationen*, *40 Durchgänge*.',
    symptom: '{tooLong}',
    why: 'Das Modell lernt die Antworten auswendig und wird sich ihrer sicher, auch wo sie nicht zum Prompt passen.',
    fix: 'Mehr Demonstrationen oder weniger Durchgänge. Aber: Ein etwas zu langes SFT kann trotzdem die besseren Antworten geben.',
  },
  wildSft: {
    title: 'Eine Lernrate, die sprengt',
    change: '*Lernrate* von SFT *auf 0,3*, das 200-Fache.',
    symptom: '{wildSft}',
    why: 'Jeder Schritt schießt über das Tal hinaus, auf das er zielt, und der nächste Gradient kommt von einem schlechteren Ort.',
    fix: 'Die übliche Rate. Aufwärmen und Gradientenbegrenzung helfen gegen Ausreißer, nicht dagegen.',
  },
};
