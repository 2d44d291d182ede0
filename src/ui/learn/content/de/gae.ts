import type { gae } from '../../lessons/gae';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof gae> = {
  title: 'Vorteile von Hand rechnen',
  question: 'Wie wird aus einem Score am Ende Lob oder Tadel für jedes Token?',
  size: 'Die Rechnung ist genau die großer Systeme: dieselben zwei Zeilen, auf einem Tensor von 64 Antworten. Klein ist nur der Kritiker, darum sind seine Erwartungen grob und seine Überraschungen groß.',
  steps: {
    open: {
      title: 'Halt mitten in einem Update an',
      text: 'Lass PPO neun Updates machen, damit der Kritiker etwas zu erwarten gelernt hat. Dann öffne die *Zeitlupe* und drück *Nächste Phase*, bis du bei 5, GAE, stehst. Alle Zahlen dort kommen vom Gerät.',
    },
    surprise: {
      title: 'Überraschung',
      text: 'V ist, was der Kritiker noch erwartet, wenn ein Token bevorsteht. δ vergleicht: die Belohnung, die kam, plus was er als Nächstes erwartet, minus was er erwartet hatte. Fang hinten an, wo das nächste V gleich 0 ist. Rechne zwei aus.',
      options: { last: 'δ des letzten Tokens', before: 'δ des vorletzten' },
    },
    advantages: {
      title: 'Gib es weiter',
      text: 'Der Vorteil des letzten Tokens ist seine eigene Überraschung. Jedes frühere fügt λ mal den Vorteil dahinter hinzu, denn es half, dorthin zu kommen. Drei Nachkommastellen genügen.',
      options: { last: 'A des letzten Tokens', before: 'A des vorletzten', third: 'A des drittletzten' },
    },
    check: {
      title: 'Vergleiche mit dem Gerät',
      text: 'Die Tabelle zeigt nun, was der Kernel für dieselben Token gerechnet hat. Wähl in der Zeitlupe die oben genannte Antwort, geh *vom Ende her* durch und sieh dieselbe Summe Token für Token entstehen.',
    },
    lambda: {
      title: 'Dreh λ im Kopf',
      text: 'λ ist 0,95. Mit λ = 1 ist ein Vorteil die ganze noch kommende Belohnung minus V. Was ist er mit λ = 0?',
      options: {
        surprise: 'Die eigene Überraschung δ, sonst nichts',
        whole: 'Dasselbe, die ganze noch kommende Belohnung',
        zero: 'Null für jedes Token außer dem letzten',
      },
      reveal:
        'Kleines λ vertraut dem Kritiker: ruhig, aber verzerrt. Großes λ vertraut dem Ausgang: gerecht, aber verrauscht.',
    },
    use: {
      title: 'Wozu das dient',
      text: 'Vor dem Update werden alle Vorteile des Stapels *geweißt*: Mittel 0, Streuung 1. Token über 0 werden wahrscheinlicher, die darunter weniger. Erträge, A + V, lernt der Kritiker vorherzusagen; sie werden vor dem Weißen genommen.',
    },
  },
  teacher: {
    goal: 'Alle können δ und A aus einer Zeile r und V berechnen und sagen, was λ tauscht.',
    questions: [
      {
        ask: 'Frühe Token bekommen Anteil an einem Score, den sie nie sahen. Warum ist das gerecht?',
        listen: 'Sie haben den Rest möglich gemacht. Wie sehr, zeigt der Sinneswandel des Kritikers.',
      },
      {
        ask: 'Was geschähe mit V = 0 überall?',
        listen: 'Jedes Token bekäme den abgezinsten Score: im Mittel richtig, aber sehr verrauscht.',
      },
    ],
    expect: [
      'Antworten gelten bis 0,004 neben dem Gerät als richtig, denn die Tabelle zeigt drei Stellen.',
      'Bei β 0,2 sind die Belohnungen vor dem letzten Token klein, einige Hundertstel; groß ist die Note am Ende.',
    ],
    without:
      'Die Zeitlupe braucht einen Lauf auf dem Gerät, aber der Prozessor genügt. Sonst an die Tafel: r = (0; −0,02; 0,90), V = (0,60; 0,70; 0,80), λ 0,95: δ = (0,10; 0,08; 0,10), A = (0,266; 0,175; 0,100).',
  },
};
