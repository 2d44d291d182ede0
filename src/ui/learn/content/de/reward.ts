import type { reward } from '../../lessons/reward';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof reward> = {
  title: 'Belohnungsmodelle und ihre blinden Flecken',
  question: 'Was hat ein Modell gelernt, das vorhersagt, welche Antwort Menschen vorziehen?',
  size: 'Ein Belohnungsmodell mit 0,2 bis 1 Million Parametern übersieht mehr als ein großes, und seine blinden Flecken sind gröber: Länge, Floskeln, verwechselte Prompts. Dass ein gelernter Richter blinde Flecken hat und niemand sie auflistet, gilt überall.',
  steps: {
    loss: {
      title: 'Eine Zahl je Antwort',
      text: 'Das Belohnungsmodell liest Prompt und Antwort und gibt einen Score r. Es lernt nur aus Paaren: Die vorgezogene Antwort w soll höher liegen als die andere, l. σ des Unterschieds ist die Wahrscheinlichkeit, die es der Wahl des Menschen gibt.',
    },
    guess: {
      title: 'Wie gut wird es?',
      text: 'Es lernt aus 3.000 Rangfolgen. Dann zeigen wir ihm Paare von Leuten, die es nie sah. Bei wie vielen setzt es die vorgezogene Antwort nach vorn?',
      options: {
        coin: 'etwa der Hälfte, wie eine Münze',
        twoThirds: 'etwa zwei Dritteln',
        nearlyAll: 'neun von zehn oder mehr',
      },
      reveal: 'Zwei Menschen sind bei etwa drei von vier Paaren einig; viel mehr als das ist nicht zu haben.',
    },
    train: {
      title: 'Trainier es',
      text: 'Drück *Alle drei Schritte* auf der Startseite und warte auf Schritt 2. Zuerst schreibt SFT die Antworten zum Ordnen, 12.000 Stück; das dauert am längsten. Dann verlässt die Genauigkeit die 0,50.',
    },
    health: {
      title: 'Die Gesundheitsprüfung',
      text: 'Vier Zeilen, bevor jemand dagegen optimieren darf: *Genauigkeit* auf zurückgehaltenen Paaren, *Abstand*, Zusammenhang mit der *Länge*, *Überanpassung*. Sie raten nur, und sie sehen nicht, was niemand gemessen hat.',
    },
    length: {
      title: 'Mag es lange Antworten?',
      text: 'Sieh auf die Zeile zur *Länge*: die Korrelation von Score und Antwortlänge. Die meisten unserer Labeler mögen lange Antworten etwas mehr, als gut ist. Was hat das Belohnungsmodell daraus gemacht?',
      options: {
        shorter: 'Es bewertet kürzere Antworten höher',
        none: 'Kaum ein Zusammenhang',
        longer: 'Es bewertet längere Antworten höher',
      },
      reveal:
        'Eine Korrelation über alle Prompts verdeckt viel: Lange Antworten enthalten auch mehr Fehler. Die Vorliebe für Länge steckt trotzdem darin.',
    },
    blind: {
      title: 'Finde einen Irrtum',
      text: 'Auf der PPO-Seite trägt jede Antwort zwei Zeichen: Der Balken ist der Score des Belohnungsmodells, der Doppelstrich die Note der Welt, die kein Modell je sieht. *Klick auf eine Antwort, bei der beide auseinandergehen.* Lass neu würfeln, bis du eine arge findest.',
    },
    why: {
      title: 'Warum das gleich zählt',
      text: 'Ein falscher Score für eine seltene Antwort schadet nicht, solange niemand sie sucht. PPO sucht sie: Es schiebt die Policy dorthin, wo der Score hoch ist. Die blinden Flecken des Richters werden die Gewohnheiten des Schülers.',
    },
  },
  teacher: {
    goal: 'Ein Belohnungsmodell macht aus Vergleichen einen Score; es stimmt Menschen etwa so oft zu wie sie einander; wo es irrt, dorthin wird die Optimierung gehen.',
    questions: [
      {
        ask: 'Der Verlust sieht nur Unterschiede. Was heißt eine Note von 0,3 für sich allein?',
        listen: 'Nichts, bis die Null festliegt: Hier haben Demonstrationen im Mittel 0.',
      },
      {
        ask: 'Welche Prüfung würdest du den vieren hinzufügen?',
        listen:
          'Alles, was eine vermutete Abkürzung prüft: Floskeln, Schmeichelei, Verweigern. Jede muss erst jemandem einfallen.',
      },
    ],
    expect: [
      'Genauigkeit des mitgelieferten Belohnungsmodells von `nano` auf zurückgehaltenen Paaren: 0,65. Eine Münze erreicht 0,50; seine Labeler sind sich bei etwa 0,73 der Paare einig.',
      'Zusammenhang mit der Länge: −0,15.',
    ],
    without:
      'Schritt 1 und 2 von `nano` dauern auf dem Prozessor eines Laptops etwa zwei Minuten. Der aufgezeichnete Lauf zeigt dieselben Kurven und dieselbe Prüfung.',
  },
};
