import type { diagnosis } from '../en/diagnosis';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof diagnosis> = {
  stopped: 'Angehalten.',
  stoppedWords: 'Ein Wert war nicht endlich. Die letzten guten Gewichte bleiben; mit kleinerer Lernrate neu starten.',
  smallerRate: 'Lernrate ÷ 3',
  none: 'Noch kein Update.',
  noneWords: 'Die ersten Zahlen erscheinen, wenn der erste Stapel Antworten bewertet ist.',
  warmup: 'Der Kritiker läuft sich warm.',
  warmupWords: 'Bisher lernt nur das Wertnetz; das Modell bewegt sich ab Update {step}.',
  disagree: 'Gezogener und bewerteter Text passen nicht zusammen.',
  disagreeWords:
    'KL liegt seit fünf Updates unter −0,5, was echte Stichproben nicht lange können. Temperatur und Top-k prüfen.',
  tooLarge: 'Updates zu groß.',
  tooLargeWords: 'Das mittlere Verhältnis der Wahrscheinlichkeiten ist {ratio}; üblich ist 0,5 bis 2.',
  gaming: 'Überlistet womöglich das Belohnungsmodell.',
  gamingWords: 'Wahre Note auf {now} gefallen, beste war {best}, während KL schneller wächst und die Entropie fällt.',
  partedWords: 'Sein Score ging von {from} auf {to}, die wahre Note von {first} auf {now}.',
  setBeta: 'β auf {beta} setzen',
  empty: 'Antworten sind leer.',
  emptyWords:
    'Seit Update {step} enden bis zu {share} % vor dem ersten Wort: Nichts zu sagen könnte dem Modell am billigsten scheinen.',
  emptyMark: 'leer',
  identical: 'Eine Antwort für alles.',
  identicalWords:
    'Seit Update {step} sagen bis zu {share} % eines Stapels Wort für Wort, was eine andere Antwort sagt.',
  identicalMark: 'alle gleich',
  repeats: 'Wiederholt sich.',
  repeatsWords: 'Seit Update {step} standen bis zu {share} % der Folgen aus drei Token schon in derselben Antwort.',
  repeatsMark: 'Wiederholung',
  unended: 'Hört selten auf.',
  unendedWords: 'Seit Update {step} werden bis zu {share} % der Antworten bei der größten Länge abgeschnitten.',
  unendedMark: 'ohne Ende',
  notice: '*Das Modell ist eingebrochen*, bei Update {step}. {title} Von selbst erholt es sich selten.',
  earlierSaves: 'Frühere Stände',
  penalty: 'Strafe 1',
  healthy: 'Gesund.',
  healthyEarly: 'KL ist {kl} nats; Scores zeigen erst nach einigen Updates eine Richtung.',
  healthyRose: 'Score stieg von {from} auf {to} in {count} Updates, {kl} nats von SFT entfernt.',
  healthyFell: 'Score fiel von {from} auf {to} in {count} Updates, {kl} nats von SFT entfernt.',
  healthyStayed: 'Score blieb bei etwa {to} in {count} Updates, {kl} nats von SFT entfernt.',
};
export default messages;
